import { readText, statFields } from './process/procfs.ts';

const USER_HZ = 100;

/**
 * Seconds of CPU of all processes that perfscope started and waited for, and of their own such descendants, from the
 * kernel (cutime and cstime of /proc/self/stat, 10 ms steps); null where /proc is not there.
 */
export function waitedCpuSeconds(): number | null {
  const stat = readText('/proc/self/stat');
  if (stat === null) return null;
  const fields = statFields(stat);
  return (Number(fields[13]) + Number(fields[14])) / USER_HZ;
}

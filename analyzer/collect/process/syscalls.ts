import { WAITS, type Wait } from '../../model/index.ts';
import { readLink } from './procfs.ts';

/**
 * What a blocked thread waits for, from the system call that it is in (`/proc/PID/task/TID/syscall`). Numbers from
 * arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h of Linux.
 */
type Class = 'lock' | 'descriptor' | 'socket' | 'poll' | 'sleep' | 'child' | 'file';

const X64: Record<Class, readonly number[]> = {
  lock: [202, 449],
  descriptor: [0, 1, 17, 18, 19, 20, 295, 296, 275, 276],
  socket: [42, 43, 44, 45, 46, 47, 288, 299, 307],
  poll: [7, 23, 232, 270, 271, 281, 441],
  sleep: [34, 35, 128, 130, 230],
  child: [61, 247],
  file: [2, 40, 74, 75, 257, 285],
};

const ARM64: Record<Class, readonly number[]> = {
  lock: [98, 449],
  descriptor: [63, 64, 65, 66, 67, 68, 69, 70, 75, 76],
  socket: [202, 203, 206, 207, 211, 212, 242, 243, 269],
  poll: [22, 72, 73, 441],
  sleep: [101, 115, 133, 137],
  child: [95, 260],
  file: [47, 56, 71, 82, 83],
};

const classOf = new Map<number, Class>();
const table = process.arch === 'arm64' ? ARM64 : X64;
for (const [name, numbers] of Object.entries(table))
  for (const number of numbers) classOf.set(number, name as Class);

const FUTEX = process.arch === 'arm64' ? 98 : 202;
export const isFutex = (number: number): boolean => number === FUTEX;

const code = (wait: Wait): number => WAITS.indexOf(wait);

/** Index into `WAITS`. `argument` is the call's first argument, a descriptor where it reads or writes one. */
export function waitOf(pid: number, number: number, argument: number): number {
  const kind = classOf.get(number);
  if (kind === undefined) return code('other');
  if (kind !== 'descriptor') return code(kind);
  const target = readLink(`/proc/${pid}/fd/${argument}`) ?? '';
  if (target.startsWith('pipe:')) return code('pipe');
  if (target.startsWith('socket:')) return code('socket');
  return target.startsWith('/') ? code('file') : code('other');
}

import { readText } from './procfs.ts';

/**
 * What the memory at `address` of a process is to every process that has mapped it: device, inode and offset of the file as
 * one text; null where no file is mapped. A file that was deleted, as those of shared memory are, still has all three.
 */
export function mappedPlace(pid: number, address: number): string | null {
  for (const line of (readText(`/proc/${pid}/maps`) ?? '').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) (\S+) (\d+)/.exec(line);
    if (match === null) continue;
    const [, start = '', end = '', offset = '', device = '', inode = ''] = match;
    const from = Number.parseInt(start, 16);
    if (address < from || address >= Number.parseInt(end, 16)) continue;
    return inode === '0' ? null : `${device}:${inode}:${address - from + Number.parseInt(offset, 16)}`;
  }
  return null;
}

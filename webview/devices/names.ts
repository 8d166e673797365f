import { unitTitle } from '../../analyzer/analysis/deviceUnits.ts';
import { WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import { MEMORY_KINDS, type MemoryKind } from '../../analyzer/model/index.ts';
import { count, visible } from '../format.ts';
import type { Profile } from '../profile.ts';

/** What a function is called where there is little room: of a kernel its own name, of others the whole. */
export function functionLabel(
  { functions, devices }: Pick<Profile, 'functions' | 'devices'>,
  id: number,
): string {
  const name = functions.name[id] as string;
  return visible(id >= devices.calls.firstFunction ? shortKernelName(name) : name);
}

export const DIRECTION_WORDS: Readonly<Record<string, string>> = {
  H2D: 'host to device',
  D2H: 'device to host',
  D2D: 'within a device',
  P2P: 'between devices',
};

export const memoryName = (memory: number): MemoryKind => MEMORY_KINDS[memory] ?? 'unknown';

/** `pageable to device`; empty where neither is known. */
export function memoryWords(from: number, to: number): string {
  const [a, b] = [memoryName(from), memoryName(to)];
  return a === 'unknown' && b === 'unknown' ? '' : `${a} to ${b}`;
}

export const synchrony = (asynchronous: number): string =>
  asynchronous === 1 ? 'asynchronous' : asynchronous === 0 ? 'synchronous' : '';

/** `128 × 2 × 1`; empty when it is not known. */
export const sizeWords = (x: number, y: number, z: number): string =>
  x > 0 ? [x, y || 1, z || 1].map(count).join(' × ') : '';

/** What the devices of a recording are called together: OpenCL runs on processors as well. */
export const deviceWord = ({ recording: { tables } }: Pick<Profile, 'recording'>): 'GPU' | 'device' =>
  tables.devices.kind.every((kind) => kind === 'cuda') ? 'GPU' : 'device';

/** `GPU 0`; of a device that is not known, `device`. */
export const deviceTitle = (
  { recording, devices }: Pick<Profile, 'recording' | 'devices'>,
  unit: number,
): string =>
  unit < 0 || unit >= devices.work.units.count
    ? 'device'
    : unitTitle(recording.tables, devices.work.units, unit);

export const deviceName = (
  { recording, devices }: Pick<Profile, 'recording' | 'devices'>,
  unit: number,
): string => visible(recording.tables.devices.name[devices.work.units.row[unit] ?? -1] ?? '');

/** Whether a device works in the host's memory, where a copy crosses no bus. */
export const sharesMemory = (
  { recording, devices }: Pick<Profile, 'recording' | 'devices'>,
  unit: number,
): boolean => recording.tables.devices.sharesMemory[devices.work.units.row[unit] ?? -1] === 1;

/** What a piece of work is called in few letters: its kernel, or where a copy goes. */
export function workLabel(
  { recording: { tables }, devices: { work } }: Pick<Profile, 'recording' | 'devices'>,
  at: number,
): string {
  const kind = WORK_KINDS[work.kind[at] as number] ?? '';
  if (at >= work.kernels) return DIRECTION_WORDS[kind] ?? kind;
  const name = tables.strings.value[tables.kernels.name[at] as number] as string;
  return visible(shortKernelName(name)) || kind;
}

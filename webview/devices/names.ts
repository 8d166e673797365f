import { unitTitle } from '../../analyzer/analysis/deviceUnits.ts';
import { WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import { MEMORY_KINDS, type MemoryKind } from '../../analyzer/model/index.ts';
import { count, visible } from '../format.ts';
import type { Profile } from '../profile.ts';

/** A name that is no longer than this says too little without what its template was made for. */
const SHORT = 9;
const MOST_INSIDE = 60;

/** What a demangled name has and others have not. */
const DECLARATION = /::|<.*>|\(.*\)/s;
const IDENTIFIER = /^[\p{L}_$~][\p{L}\p{N}_$]*$/u;

/**
 * `vectorized_elementwise_kernel` of `void at::native::vectorized_elementwise_kernel<4, ...>(int, ...)`: the function's own name,
 * without its result, its namespaces, what its template was made for and its parameters. Names that are no declarations stay whole.
 */
export function shortKernelName(name: string): string {
  let [depth, plain, inside, closed] = [0, '', '', false];
  for (const letter of name) {
    if (letter === '<' || letter === '(') depth++;
    if (depth === 0) plain += letter;
    else if (plain !== '' && !closed && inside.length < MOST_INSIDE) inside += letter;
    if (letter === '>' || letter === ')') depth = Math.max(0, depth - 1);
    if (depth === 0 && inside !== '') closed = true;
  }
  if (!DECLARATION.test(name)) return name;
  const own = plain.trim().split(/\s+/).at(-1)?.split('::').at(-1) ?? '';
  // Of `operator()` and the like nothing would be left.
  if (!IDENTIFIER.test(own) || own === 'operator') return name;
  return own.length <= SHORT && inside.startsWith('<') ? `${own}${inside}` : own;
}

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

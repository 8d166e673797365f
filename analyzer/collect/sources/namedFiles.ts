import { LANGUAGES, type Tables } from '../../model/index.ts';

/** A file that frames of a run name. */
export interface NamedFile {
  readonly file: string;
  /** Whether any of its code is the program's own. */
  readonly isOwn: boolean;
  /** Nanos of CPU of stacks that it is in, and of those in which it was the innermost source. */
  readonly total: number;
  readonly self: number;
}

/** Tables of a run, in as many pieces as they were written. */
export type RunTables = {
  readonly [N in 'strings' | 'frames' | 'stacks' | 'samples']: Iterable<Tables[N]>;
};

const SPOKEN = Uint8Array.from(LANGUAGES, (name) => Number(name === 'python' || name === 'javascript'));

/**
 * The source files that a run names: the program's own first, hottest first. Memory grows with the distinct stacks of the run and not
 * with its length.
 */
export function namedFiles(
  run: RunTables,
  isOwn: (name: string, file: string, language: number) => boolean,
): NamedFile[] {
  const strings: string[] = [];
  for (const { value } of run.strings) for (const text of value) strings.push(text);
  const numbers = new Map<string, number>();
  const own: boolean[] = [];
  const fileOfFrame: number[] = [];
  for (const { length, name, file, line, functionLine, language } of run.frames) {
    for (let i = 0; i < length; i++) {
      const path = strings[file[i] as number] ?? '';
      const spoken = language[i] as number;
      const isSource = path !== '' && (SPOKEN[spoken] === 1 || (line[i] || functionLine[i] || 0) > 0);
      const number = isSource ? (numbers.get(path) ?? numbers.size) : -1;
      fileOfFrame.push(number);
      if (!isSource) continue;
      numbers.set(path, number);
      own[number] ||= isOwn(strings[name[i] as number] ?? '', path, spoken);
    }
  }
  const parents: number[] = [];
  const fileOf: number[] = [];
  for (const { length, parent, frame } of run.stacks) {
    for (let i = 0; i < length; i++) {
      parents.push(parent[i] as number);
      fileOf.push(fileOfFrame[frame[i] as number] ?? -1);
    }
  }
  const weights = new Float64Array(parents.length);
  for (const { length, stack, cpu } of run.samples) {
    for (let i = 0; i < length; i++) {
      const at = stack[i] as number;
      if (at >= 0) weights[at] = (weights[at] ?? 0) + (cpu[i] as number);
    }
  }
  const [total, self] = filesOfStacks(parents, fileOf, weights, numbers.size);
  return [...numbers]
    .map(([file, at]) => ({
      file,
      isOwn: own[at] === true,
      total: total[at] as number,
      self: self[at] as number,
    }))
    .sort((a, b) => Number(b.isOwn) - Number(a.isOwn) || b.total - a.total || b.self - a.self);
}

/** Weights of files: of stacks that they are in, once for each, and of those in which they are the innermost. */
function filesOfStacks(
  parents: readonly number[],
  fileOf: readonly number[],
  weights: Float64Array,
  files: number,
): readonly [total: Float64Array, self: Float64Array] {
  const total = new Float64Array(files);
  const self = new Float64Array(files);
  const sum = weights.slice();
  for (let stack = parents.length - 1; stack >= 0; stack--) {
    const parent = parents[stack] as number;
    if (parent >= 0) sum[parent] = (sum[parent] as number) + (sum[stack] as number);
    let near = stack;
    while (near >= 0 && (fileOf[near] as number) < 0) near = parents[near] as number;
    if (near >= 0) {
      const file = fileOf[near] as number;
      self[file] = (self[file] as number) + (weights[stack] as number);
    }
    const file = fileOf[stack] as number;
    let above = parent;
    while (above >= 0 && fileOf[above] !== file) above = parents[above] as number;
    if (file >= 0 && above < 0) total[file] = (total[file] as number) + (sum[stack] as number);
  }
  return [total, self];
}

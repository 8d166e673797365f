import { computes, launchOf } from '../../analyzer/analysis/deviceWork.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { DIRECTIONS, directionsOf } from '../../analyzer/model/index.ts';
import { bytes, counted, duration } from '../../webview/format.ts';

/** What a line set going beside its own time: `kernels launched`, `1 024 kernels, 1.2 s`. */
export interface LineWork {
  readonly line: number;
  readonly name: string;
  readonly figure: string;
}

interface Sum {
  count: number;
  bytes: number;
  time: number;
}

/** Kernels, moved bytes and tasks by the line of the program that launched, moved or submitted them; files by name. */
export function lineWork(trace: Trace): ReadonlyMap<string, readonly LineWork[]> {
  const { tables, functions, siteOf } = trace;
  const sums = new Map<string, { file: string; line: number; kind: Kind; sum: Sum }>();
  const add = (stack: number, kind: Kind, what: Sum): void => {
    const { function: id, line } = siteOf(stack);
    const file = functions.file[id] ?? '';
    if (file === '' || line < 1) return;
    const key = `${file}\0${line}\0${kind}`;
    const known = sums.get(key) ?? { file, line, kind, sum: { count: 0, bytes: 0, time: 0 } };
    known.sum.count += what.count;
    known.sum.bytes += what.bytes;
    known.sum.time += what.time;
    sums.set(key, known);
  };
  addDeviceWork(trace, add);
  const { tasks, pools, transfers } = tables;
  for (let row = 0; row < tasks.length; row++) {
    const weight = tasks.weight[row] as number;
    const stack = tasks.stack[row] as number;
    add(stack, 'tasks', { count: weight, bytes: 0, time: 0 });
    const { out, back } = directionsOf(pools.startMethod[tasks.pool[row] as number] ?? '');
    for (const [kind, size] of [
      [out, tasks.bytesOut[row] as number],
      [back, tasks.bytesBack[row] as number],
    ] as const)
      if (size > 0) add(stack, kind, { count: weight, bytes: weight * size, time: 0 });
  }
  for (let row = 0; row < transfers.length; row++) {
    if ((transfers.device[row] as number) >= 0) continue;
    const kind = DIRECTIONS[transfers.direction[row] as number];
    const weight = transfers.weight[row] as number;
    if (kind)
      add(transfers.stack[row] as number, kind, {
        count: weight,
        bytes: weight * Math.max(0, transfers.bytes[row] as number),
        time: 0,
      });
  }
  return byFile([...sums.values()]);
}

type Kind = 'kernels' | 'tasks' | (typeof DIRECTIONS)[number];

function addDeviceWork(
  { tables, deviceWork: work }: Trace,
  add: (stack: number, kind: Kind, what: Sum) => void,
): void {
  const { transfers } = tables;
  for (let at = 0; at < work.length; at++) {
    const { stack } = launchOf(tables, work, at);
    if (stack < 0) continue;
    const time = (work.end[at] as number) - (work.start[at] as number);
    if (at < work.kernels) {
      if (computes(work.kind[at] as number)) add(stack, 'kernels', { count: 1, bytes: 0, time });
      continue;
    }
    const row = at - work.kernels;
    const kind = DIRECTIONS[transfers.direction[row] as number];
    if ((transfers.device[row] as number) >= 0 && kind)
      add(stack, kind, { count: 1, bytes: Math.max(0, transfers.bytes[row] as number), time });
  }
}

const NAMES = {
  kernels: 'Launched',
  tasks: 'Submitted',
  H2D: 'Copied to the device',
  D2H: 'Copied from the device',
  D2D: 'Copied on the device',
  P2P: 'Copied between devices',
  'pickle-out': 'Pickled for workers',
  'pickle-in': 'Pickled by workers',
  'clone-out': 'Cloned for workers',
  'clone-in': 'Cloned by workers',
  message: 'Sent in messages',
} as const satisfies Record<Kind, string>;

function figureOf(kind: Kind, { count, bytes: volume, time }: Sum): string {
  if (kind === 'kernels') return `${counted(count, 'kernel')}, ${duration(time)} on the device`;
  if (kind === 'tasks') return counted(count, 'task');
  return `${bytes(volume)} in ${counted(count, 'piece')}${time > 0 ? `, ${duration(time)}` : ''}`;
}

function byFile(
  sums: readonly { file: string; line: number; kind: Kind; sum: Sum }[],
): ReadonlyMap<string, readonly LineWork[]> {
  const files = new Map<string, LineWork[]>();
  for (const { file, line, kind, sum } of sums) {
    const its = files.get(file) ?? [];
    its.push({ line, name: NAMES[kind], figure: figureOf(kind, sum) });
    files.set(file, its);
  }
  return files;
}

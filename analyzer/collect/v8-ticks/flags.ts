import { join, resolve } from 'node:path';
import { isNode } from '../nodeCommand.ts';

/** Ticks a second of each isolate, unless a rate was asked for: V8's own default. */
export const TICK_RATE = 1000;

/**
 * Options of `node` that make V8 log, for each isolate into a file of its own in `folder`, where it is `rate` times a second and
 * which optimised code it gives up. `traces`: path of a `TraceSink`. Node 18 and newer know them.
 */
export function tickFlags(folder: string, rate: number, traces: string): string[] {
  const log = join(resolve(folder).replaceAll('%', '%%'), 'v8-%p-%t.log');
  return [
    '--prof',
    `--prof-sampling-interval=${Math.round(1e6 / rate)}`,
    `--logfile=${log}`,
    '--logfile-per-isolate',
    '--log-deopt',
    '--redirect-code-traces',
    `--redirect-code-traces-to=${traces}`,
  ];
}

/** A command with the flags, if it is a path of Node; what is looked for in PATH finds the shim there. */
export function withFlags(command: readonly string[], flags: readonly string[]): readonly string[] {
  const [program, ...rest] = command;
  return program?.includes('/') && isNode(program) ? [program, ...flags, ...rest] : command;
}

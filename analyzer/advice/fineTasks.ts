import type { Outcome } from '../analysis/replay/replay.ts';
import { bestChunk } from '../analysis/replay/whatIf.ts';
import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';
import { gainOf, isWorthIt, type PoolCase, poolCases, workIn } from './poolCase.ts';

/** Tasks that are shorter than what handing them out takes, and how many calls of them would make good ones. */
export interface FineTasks {
  readonly one: PoolCase;
  readonly chunk: number;
  readonly outcome: Outcome;
  readonly gain: Gain;
  /** Share of the workers' time, on the cores that they can use, in which no task ran. */
  readonly overhead: number;
  /** Whether one call of the program submitted many of them, so that it can be told to make larger ones. */
  readonly isBulk: boolean;
}

/** Below this share of the time, what handing out costs is not what a pool's time goes to. */
const LEAST_OVERHEAD = 0.2;
/** Tasks of a call from which it is one that takes many: `map`, and not `submit`. */
const MANY = 2;
/** Tasks that were submitted when the one before was back, as a share, from which the program waits for each: another matter. */
const WAITED_FOR = 0.8;

export const fineTasks = (trace: Trace): readonly FineTasks[] =>
  trace.once('fineTasks', () => poolCases(trace).flatMap((one) => fineCase(trace, one) ?? []));

function fineCase(trace: Trace, one: PoolCase): FineTasks | null {
  const { work, replay } = one;
  if (!work.isFine || work.isStatic || work.tasks < 8 * one.workers) return null;
  const useful = Math.min(one.workers, work.cores);
  const overhead = 1 - workIn(one) / (useful * replay.recorded || 1);
  if (!(overhead > LEAST_OVERHEAD) || waitsForEach(trace, one)) return null;
  const best = bestChunk(replay);
  if (!best || best.chunk < (2 * work.items) / work.tasks) return null;
  const gain = gainOf(trace, one, best.outcome.least, best.outcome.most);
  if (!isWorthIt(gain)) return null;
  return { one, chunk: best.chunk, outcome: best.outcome, gain, overhead, isBulk: isBulk(trace, one) };
}

function waitsForEach({ tables: { tasks } }: Trace, { work }: PoolCase): boolean {
  let [after, all] = [0, 0];
  for (const { round } of work.rounds)
    for (let i = 1; i < round.rows.length; i++) {
      const before = tasks.returned[round.rows[i - 1] as number] as number;
      all++;
      if (before >= 0 && (tasks.submit[round.rows[i] as number] as number) >= before) after++;
    }
  return all > 0 && after > WAITED_FOR * all;
}

function isBulk(trace: Trace, one: PoolCase): boolean {
  const { tasks } = trace.tables;
  if (one.work.items > one.work.tasks) return true;
  let jobs = 0;
  let rows = 0;
  for (const { round } of one.work.rounds) {
    rows += round.rows.length;
    jobs += new Set(Array.from(round.rows, (row) => tasks.job[row] as number)).size;
  }
  return rows > MANY * jobs || callsMap(trace, one);
}

/** Functions of pools that take many calls at once and hand each out as a task of its own. */
const TAKES_MANY = /(^|\.)(map|starmap|map_async|starmap_async|imap|imap_unordered)$/;

/**
 * An executor's `map` submits each task by itself, as a program does that calls `submit`. What lies between the program's line and the
 * submission is told by samples of the thread that submitted.
 */
function callsMap({ tables, functions, homes, siteOf }: Trace, { site, work }: PoolCase): boolean {
  const { samples, stacks, tasks } = tables;
  const from = tasks.from[work.rounds[0]?.round.rows[0] ?? -1] ?? -1;
  if (from < 0 || site.function < 0) return false;
  const direct = new Map<number, boolean | null>();
  /** Whether a stack enters the pool by a `map` at the site; null for one that is not at the site. */
  const enters = (stack: number): boolean | null => {
    const its = siteOf(stack);
    if (its.function !== site.function || its.line !== site.line) return null;
    // All that is above the program's line is a library's, its own or one that wraps a pool.
    let above = 0;
    for (let at = stack; at >= 0; at = stacks.parent[at] as number) {
      const called = functions.ofFrame[stacks.frame[at] as number] as number;
      if (homes[called]?.origin === 'own') break;
      if (TAKES_MANY.test(functions.name[called] as string)) return true;
      above++;
    }
    return above === 0 ? null : false;
  };
  let [many, single] = [0, 0];
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] as number;
    if (samples.lane[i] !== from || stack < 0) continue;
    let answer = direct.get(stack);
    if (answer === undefined) {
      answer = enters(stack);
      direct.set(stack, answer);
    }
    if (answer === null) continue;
    if (answer) many += samples.count[i] as number;
    else single += samples.count[i] as number;
  }
  return many > single;
}

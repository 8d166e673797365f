import type { Replay } from '../../analyzer/analysis/replay/replay.ts';
import type { Granted } from '../../analyzer/analysis/replay/whatIf.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { toSeconds } from '../../analyzer/model/index.ts';
import type { RunAnswer } from '../../analyzer/questions/runWishes.ts';
import type { PoolAnswer, WhatIfAnswers } from '../../analyzer/questions/whatIf.ts';
import { wishName } from '../../analyzer/questions/whatIfDocument.ts';
import { fitted, moduleName } from './text.ts';
import { count, percent, seconds, significant } from './units.ts';

const COLUMNS = [22, 20, 18] as const;
const NAME_WIDTH = 26;
/** A replay that is off by more than this says little. */
const FAR_OFF = 0.25;

export function whatIfLines(trace: Trace, { pools, run }: WhatIfAnswers): string[] {
  const parts = [
    ...(run.length > 0 ? [runLines(trace, run)] : []),
    ...pools.map((pool) => poolLines(trace, pool)),
  ];
  return parts.flatMap((lines, at) => [...(at > 0 ? [''] : []), ...lines]);
}

const NO_POOL = '';

function runLines(trace: Trace, answers: readonly RunAnswer[]): string[] {
  return [
    'the run',
    row('', [NO_POOL, 'run takes', 'run gets faster'], ''),
    row('as recorded', [NO_POOL, seconds(toSeconds(trace.wall)), ''], ''),
    ...answers.map(({ name, run, gain }) =>
      row(fitted(name, NAME_WIDTH + COLUMNS[0] - 2), [NO_POOL, span(run), factor(gain)], ''),
    ),
  ];
}

function poolLines(trace: Trace, { replay, answers, together }: PoolAnswer): string[] {
  const { work, recorded, replayed } = replay;
  const off = recorded > 0 ? replayed / recorded - 1 : 0;
  const time = (value: number) => seconds(toSeconds(value));
  const lines = [
    heading(trace, replay),
    row('', ['pool takes', 'run takes', 'run gets faster'], 'then limited by'),
    row('as recorded', [time(recorded), time(trace.wall), ''], ''),
    row(
      'replayed as it was',
      [`${time(replayed)} (${off < 0 ? '-' : '+'}${percent(Math.abs(off))})`, '', ''],
      '',
    ),
    ...answers.map((answer) => answerLine(trace, answer)),
    ...(together ? [answerLine(trace, together, 'all together')] : []),
  ];
  if (Math.abs(off) > FAR_OFF)
    lines.push('  The replay does not come near to what was recorded, so what it predicts is worth little.');
  if (work.isSerial)
    lines.push(
      '  Its threads share one interpreter and computed one at a time: more of them, or other chunks, compute no sooner.',
    );
  if (work.isStatic)
    lines.push(
      '  Each of its workers was started for one task: the program decides who does what, and a pool does not.',
    );
  return lines;
}

function heading({ tables, functions, siteOf }: Trace, { work }: Replay): string {
  const kind = tables.pools.kind[work.pool] || 'pool';
  const site = siteOf(tables.pools.stack[work.pool] as number);
  const at =
    site.function < 0 ? '' : `, made at ${moduleName(functions.file[site.function] ?? '')}:${site.line}`;
  const calls = work.items > work.tasks ? ` of ${significant(work.items / work.tasks)} calls` : '';
  const rounds = work.rounds.length > 1 ? ` in ${count(work.rounds.length, 'round')}` : '';
  return `pool ${work.pool}: ${fitted(kind, 40)}, ${count(work.workers, 'worker')}${at}; ${count(work.tasks, 'task')}${calls}${rounds}`;
}

const row = (name: string, cells: readonly string[], last: string): string =>
  `  ${name.padEnd(NAME_WIDTH)}${COLUMNS.map((width, at) => (cells[at] ?? '').padStart(width)).join('')}  ${last}`.trimEnd();

function answerLine(
  trace: Trace,
  { wish, pool, run, gain, limit }: Granted,
  name = wishName(trace, wish),
): string {
  return row(fitted(name, NAME_WIDTH - 1), [span(pool), span(run), factor(gain)], limit);
}

const span = ({ lo, hi }: { readonly lo: number; readonly hi: number }): string =>
  `${seconds(toSeconds(lo))} - ${seconds(toSeconds(hi))}`;
const times = (ratio: number): string => `${ratio.toFixed(2)}x`;
const factor = ({ lo, hi }: { readonly lo: number; readonly hi: number }): string =>
  `${times(lo)} - ${times(hi)}`;

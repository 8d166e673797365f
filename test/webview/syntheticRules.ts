import type { Conclusion, Rule } from '../../analyzer/advice/rule.ts';
import { UNKNOWN_SITE } from '../../analyzer/analysis/sites.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { HOSTILE } from './syntheticRecording.ts';

/** A rule that concludes what it is told to. `of`: what of the defaults it says otherwise. */
export function ruleOf(id: string, of: (trace: Trace) => readonly Partial<Conclusion>[]): Rule {
  return {
    id,
    title: `Rule ${id}`,
    evaluate: (trace) =>
      of(trace).map((conclusion, i) => ({
        subject: `${id} ${i}`,
        title: `Something is slow, says ${id}`,
        why: 'It takes 3.1 s of the 4.0 s.',
        change: 'Make it fast.',
        site: UNKNOWN_SITE,
        lanes: [],
        interval: null,
        evidence: {},
        gain: { lo: 1.1, hi: 1.3 },
        ...conclusion,
      })),
  };
}

/** Seconds since the run began as an interval of a conclusion. */
export const seconds = ({ meta }: Trace, from: number, to: number) => ({
  start: meta.clock.start + from * 1e9,
  end: meta.clock.start + to * 1e9,
});

/** Of a synthetic recording: one with time, lanes and a line, one of the whole run, one without a claim. */
export const SOME_RULES: readonly Rule[] = [
  ruleOf('T01', (trace) => {
    const solve = trace.functions.name.indexOf('solve_tile');
    return [
      {
        title: 'Two of 4 workers of the pool idle for 38 % of it, waiting for one task of solve_tile',
        why: 'The longest task runs 1.0 s, the others 0.12 s on average, and it was submitted last.',
        change: 'Sort the tiles by size, largest first, before pool.map at tiles.py:12.',
        site: { function: solve, line: 12 },
        lanes: [2, 4],
        interval: seconds(trace, 0.5, 1.5),
        evidence: {
          longestTaskSeconds: 1.02,
          idleShare: 0.38,
          pickledBytes: 83e6,
          workers: 4,
          function: 'solve_tile',
        },
        gain: { lo: 1.31, hi: 1.52 },
      },
    ];
  }),
  ruleOf('T02', () => [{ gain: { lo: 1, hi: 1.1 } }, { gain: null, title: 'Occupancy is low' }]),
];

/** Names from strangers wherever a finding has a text. */
export const HOSTILE_RULES: readonly Rule[] = [
  ruleOf('T03', () =>
    HOSTILE.map((name, i) => ({
      title: name,
      why: name,
      change: name,
      withheld: name,
      lanes: [i, -1, 1e9, Number.NaN],
      interval: { start: Number.NaN, end: Number.POSITIVE_INFINITY },
      evidence: { [name]: name, [`${name}Seconds`]: Number.NaN },
    })),
  ),
];

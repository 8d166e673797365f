import type { Finding } from '../../../analyzer/model/index.ts';

/** A finding as a rule might come to it. */
export const STRAGGLER: Finding = {
  rule: 'P02',
  title: 'Two of 4 workers of the pool idle for 38 % of it, waiting for one task of solve_tile',
  severity: 'high',
  location: { file: '/home/ada/tiles/train.py', line: 112, function: 'main' },
  lanes: [1],
  interval: null,
  why: 'The longest task runs 1.0 s, the others 0.12 s on average, and it was submitted last.',
  evidence: {},
  gain: { lo: 1.31, hi: 1.52 },
  withheld: null,
  change: 'Sort the tiles by size, the largest first, before pool.map at train.py:112.',
  docs: 'docs/rules/P02.md',
};

export const SOME_FINDINGS: readonly Finding[] = [
  STRAGGLER,
  {
    ...STRAGGLER,
    rule: 'D03',
    title: 'The same 4 MB table is pickled with every task',
    why: '400 tasks carry it: 1.2 GB and 3.1 s in the parent.',
    change: 'Send it once, with the initializer of the pool.',
    location: { file: '/home/ada/tiles/train.py', line: 48, function: 'solve_tile' },
    gain: { lo: 1, hi: 1.14 },
  },
  { ...STRAGGLER, rule: 'G10', title: 'Occupancy of kernels is low', location: null, gain: null },
];

import type { Finding } from '../../analyzer/model/index.ts';

/** A finding from a few words: what is not given is that of an ordinary one. */
export const findingOf = (more: Partial<Finding> = {}): Finding => ({
  rule: 'P01',
  title: 'Two of 4 workers wait for one task of solve',
  severity: 'high',
  location: { file: '/home/me/src/app.py', line: 12, function: 'solve' },
  lanes: [1, 2],
  interval: { startSeconds: 0.5, endSeconds: 1.5 },
  why: 'The busiest worker ran for 2 s, the others for 1 s.',
  evidence: { busiestSeconds: 2, idleShare: 0.38, tasks: 1200, pool: 'Pool' },
  gain: { lo: 1.3, hi: 1.52 },
  withheld: null,
  change: 'Pass chunksize=1 to pool.map at app.py:12.',
  docs: 'docs/rules/P01.md',
  ...more,
});

import { createHash } from 'node:crypto';
import { nanos, type Recording } from '../../../analyzer/model/index.ts';
import { withSources } from '../../harness/lines.ts';
import { pooled } from '../../harness/pooled.ts';
import { META, recordingOf, type SampleSpec } from '../../harness/recordings.ts';

/** A program of two files whose pool waits for one long task at the end, as lines 2 of both say. */
export const PROGRAM = {
  'main.py': [
    'def main():',
    '    print(sorted(pool.map(solve, sizes)))',
    '',
    '',
    'if __name__ == "__main__":',
    '    main()',
    '',
  ].join('\n'),
  'solve.py': ['def solve(size):', '    return sum(i * i for i in range(size))', ''].join('\n'),
} as const;

const MS = 1e6;
/** Milliseconds of the tasks of each worker. */
const TASKS = [
  [200, 300, 1900],
  [250, 350],
];
const WALL_MS = 2600;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A recording of it, made on another machine: files are named as seen from a folder that is not here. */
export function pooledProgram(): Recording {
  const clock = { ...META.clock, end: nanos(META.clock.start + WALL_MS * MS) };
  const lanes = ['main', 'Worker-1', 'Worker-2'].map((name) => ({ name, end: clock.end }));
  const samples: SampleSpec[] = [];
  TASKS.forEach((times, worker) => {
    const lane = worker + 1;
    const busy = times.reduce((sum, time) => sum + time, 0);
    for (let at = 10; at <= busy; at += 10)
      samples.push({ lane, time: at * MS, cpu: 10 * MS, stack: ['main', 'solve'] });
    samples.push({ lane, time: WALL_MS * MS, cpu: 0, state: 2, stack: [] });
  });
  samples.push({ lane: 0, time: WALL_MS * MS, cpu: 40 * MS, state: 2, stack: ['main'] });
  const recording = recordingOf(
    lanes,
    samples,
    { clock, directory: '/ci/build', command: ['python3', 'main.py'] },
    { pools: [{ stack: ['main'], end: WALL_MS * MS }], tasks: pooled(TASKS) },
  );
  return withSources(recording, {
    'main.py': { text: PROGRAM['main.py'], hash: sha256(PROGRAM['main.py']) },
    'solve.py': { text: PROGRAM['solve.py'], hash: sha256(PROGRAM['solve.py']) },
  });
}

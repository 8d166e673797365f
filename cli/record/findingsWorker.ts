import { readFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { advise } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { readSpool } from '../../analyzer/recording/spool.ts';
import type { LookAnswer } from './liveFindings.ts';

/**
 * Milliseconds of CPU of this thread, as Linux counts them; of the clock where it does not. On a machine with much else to do a look lasts
 * ten times what it costs.
 */
function spent(): number {
  try {
    return Number.parseInt(readFileSync('/proc/thread-self/schedstat', 'utf8'), 10) / 1e6;
  } catch {
    return performance.now();
  }
}

/** A thread that asks the rules about a spool that is still written, as often as it is told to. */
parentPort?.on('message', (path: string) => {
  const before = spent();
  const { meta, tables } = readSpool(path);
  // What is there is a run of its own, and what is gained is told of it: the run so far.
  const findings = advise(new Trace({ meta: { ...meta, complete: true }, tables }));
  const answer: LookAnswer = { findings, milliseconds: spent() - before };
  parentPort?.postMessage(answer);
});

import { parentPort } from 'node:worker_threads';
import { advise } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { readSpool } from '../../analyzer/recording/spool.ts';
import type { LookAnswer } from './liveFindings.ts';

/** A thread that asks the rules about a spool that is still written, as often as it is told to. */
parentPort?.on('message', (path: string) => {
  const began = performance.now();
  const { meta, tables } = readSpool(path);
  // What is there is a run of its own, and what is gained is told of it: the run so far.
  const findings = advise(new Trace({ meta: { ...meta, complete: true }, tables }));
  const answer: LookAnswer = { findings, milliseconds: performance.now() - began };
  parentPort?.postMessage(answer);
});

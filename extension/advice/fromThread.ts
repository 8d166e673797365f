import { Worker } from 'node:worker_threads';
import type { RunComparison } from '../../analyzer/advice/runComparison.ts';
import type { Advice } from '../../analyzer/model/index.ts';
import type { Advisers, Question } from './source.ts';

/** `script`: path of the bundled thread (`thread.ts`). */
export function advisersOnThreads(script: string): Advisers {
  // What a thread answers follows from what it was asked.
  const ask = <Answer>(question: Question, transferList: ArrayBuffer[]): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { workerData: question, transferList });
      worker.once('message', (answer: Answer) => resolve(answer));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread that asks the rules ended without an answer')));
    });
  return {
    advice: (archive) => ask<Advice>({ kind: 'advice', archive }, [archive.buffer]),
    comparison: (before, after) =>
      ask<RunComparison>({ kind: 'comparison', before, after }, [before.bytes.buffer, after.bytes.buffer]),
  };
}

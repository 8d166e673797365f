import { Worker } from 'node:worker_threads';
import type { Advice } from '../../analyzer/model/index.ts';
import type { AdviceSource } from './source.ts';

/** `script`: path of the bundled thread (`thread.ts`). */
export const adviceFromThread =
  (script: string): AdviceSource =>
  (archive) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(script, { workerData: archive, transferList: [archive.buffer] });
      worker.once('message', (advice: Advice) => resolve(advice));
      worker.once('error', reject);
      worker.once('exit', () => reject(new Error('the thread that asks the rules ended without an answer')));
    });

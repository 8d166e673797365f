import { parentPort, workerData } from 'node:worker_threads';
import { adviceHere, comparisonHere } from './here.ts';
import type { Question } from './source.ts';

/** A thread that asks the rules once: the editor's other extensions do not wait, and what it took goes with it. */
const question = workerData as Question;
parentPort?.postMessage(
  question.kind === 'advice' ? adviceHere(question.archive) : comparisonHere(question.before, question.after),
);

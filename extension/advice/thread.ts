import { parentPort, workerData } from 'node:worker_threads';
import { adviceHere } from './here.ts';

/** A thread that asks the rules once: the editor's other extensions do not wait, and what it took goes with it. */
parentPort?.postMessage(adviceHere(workerData as Uint8Array));

import { parentPort } from 'node:worker_threads';
import { readLogs } from './logs.ts';
import type { LogsToRead } from './protocol.ts';

/** A thread for the logs: whatever goes wrong in the processing of one ends the thread, and not perfscope. */
parentPort?.once('message', async (request: LogsToRead) => {
  // Options of the user are for the program, and not for the Node that processes logs.
  delete process.env.NODE_OPTIONS;
  for await (const message of readLogs(request)) parentPort?.postMessage(message);
  parentPort?.postMessage({ kind: 'done' });
});

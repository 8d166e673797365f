import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Finding } from '../../../analyzer/model/index.ts';
import { LiveFindings, restAfter } from '../../../cli/record/liveFindings.ts';

let folder = '';
const PACE = { first: 1, restAfter: () => 1 };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'perfscope-looks-'));
  writeFileSync(join(folder, 'spool'), 'not empty');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A thread that answers each look with `body`; `path` and `looks` are known to it. */
function thread(name: string, body: string): URL {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(
    file,
    `import { parentPort } from 'node:worker_threads';
     let looks = 0;
     parentPort.on('message', (path) => { looks++; ${body} });`,
  );
  return pathToFileURL(file);
}

test('each look asks the thread about the spool, and its answer is told', async () => {
  const script = thread('answers', 'parentPort.postMessage({ findings: [path, looks], milliseconds: 1 });');
  const spool = join(folder, 'spool');
  const told: unknown[] = [];
  await new Promise<void>((resolve) => {
    const looks = new LiveFindings(
      spool,
      script,
      (findings: readonly Finding[]) => {
        told.push(findings);
        if (told.length < 3) return;
        looks.stop();
        resolve();
      },
      PACE,
    );
  });
  expect(told).toEqual([
    [spool, 1],
    [spool, 2],
    [spool, 3],
  ]);
});

test('a thread that fails, and a spool that is not there, cost the findings and nothing else', async () => {
  const told: unknown[] = [];
  const listener = (findings: readonly Finding[]): void => {
    told.push(findings);
  };
  const failing = thread('fails', "throw new Error('the spool is damaged');");
  const all = [
    new LiveFindings(join(folder, 'spool'), failing, listener, PACE),
    new LiveFindings(join(folder, 'nothing'), failing, listener, PACE),
  ];
  await sleep(300);
  for (const looks of all) looks.stop();
  expect(told).toEqual([]);
});

test('looking takes a fiftieth of a core at most, and is not done more often than every five seconds', () => {
  expect(restAfter(20)).toBe(5000);
  for (const milliseconds of [150, 2000, 30_000])
    expect(milliseconds / (milliseconds + restAfter(milliseconds))).toBeLessThan(0.02);
});

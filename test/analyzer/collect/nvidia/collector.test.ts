import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import type { Batch, RunContext } from '../../../../analyzer/collect/collector.ts';
import { NvidiaCollector } from '../../../../analyzer/collect/nvidia/index.ts';
import { nvidiaSmi } from '../../../../analyzer/collect/nvidia/program.ts';
import { readingOf } from '../../../../analyzer/collect/nvidia/readings.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
let scripts = 0;

/** A program in place of nvidia-smi; it leaves its process id in a file. */
function fake(body: string): { program: string; pid: () => number | null } {
  const program = join(folder.path, `smi-${scripts++}`);
  const file = `${program}.pid`;
  writeFileSync(program, `#!/bin/sh\necho $$ > "${file}"\n${body}\n`);
  chmodSync(program, 0o755);
  return { program, pid: () => (existsSync(file) ? Number(readFileSync(file, 'utf8')) || null : null) };
}

const RUN: RunContext = {
  pid: 1,
  startedAt: 1e9 as RunContext['startedAt'],
  rate: 100,
  mode: 'cpu',
  children: true,
};

const isThere = (pid: number | null): boolean => pid !== null && existsSync(`/proc/${pid}`);

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !condition(); i++) await new Promise((done) => setTimeout(done, 5));
}

interface Seen {
  readonly names: string[];
  readonly values: Map<string, number[]>;
  readonly times: number[];
}

function seenIn(batches: readonly Batch[]): Seen {
  const names = batches.flatMap(({ lanes }) => [...lanes.name]);
  const values = new Map<string, number[]>();
  const times: number[] = [];
  for (const { counters } of batches) {
    for (let i = 0; i < counters.length; i++) {
      const name = names[counters.lane[i] as number] as string;
      values.set(name, [...(values.get(name) ?? []), counters.value[i] as number]);
      times.push(counters.time[i] as number);
    }
  }
  return { names, values, times };
}

test('a line tells the counters of one GPU, in their units, and leaves out what the GPU cannot tell', () => {
  expect(readingOf('2026/11/28 00:10:20.250, 1, 37, 2048, [N/A], 45, 1980')).toEqual({
    written: Date.UTC(2026, 10, 28, 0, 10, 20, 250) * 1e6,
    values: [
      { counter: 'GPU 1 utilisation (%)', value: 37 },
      { counter: 'GPU 1 memory used (B)', value: 2 ** 31 },
      { counter: 'GPU 1 temperature (C)', value: 45 },
      { counter: 'GPU 1 SM clock (Hz)', value: 1.98e9 },
    ],
  });
});

test('what is no answer of nvidia-smi is no reading', () => {
  for (const line of [
    '',
    'NVIDIA-SMI has failed',
    'x, y, z',
    '1,2,3',
    ',,,,,,,,,,',
    'a, 99999, 1, 2, 3, 4, 5',
  ])
    expect(readingOf(line)).toBeNull();
});

test('counters are spaced as nvidia-smi wrote them, however late they are read', async () => {
  const { program } = fake(
    `for i in 0 1 2; do echo "2026/11/28 00:00:0$i.500, 0, $i, 10, 100.5, 40, 1000"; done; exec sleep 1000`,
  );
  const collector = new NvidiaCollector(program);
  const batches: Batch[] = [];
  collector.start(RUN, (batch) => batches.push(batch));
  await until(() => collector.health().samples === 3);
  const { pid } = { pid: collector.processes[0] ?? null };
  expect(isThere(pid)).toBe(true);
  await collector.stop();
  expect(isThere(pid)).toBe(false);
  const { names, values, times } = seenIn(batches);
  expect(names).toEqual([
    'GPU 0 utilisation (%)',
    'GPU 0 memory used (B)',
    'GPU 0 power (W)',
    'GPU 0 temperature (C)',
    'GPU 0 SM clock (Hz)',
  ]);
  expect(values.get('GPU 0 utilisation (%)')).toEqual([0, 1, 2]);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(collector.health()).toMatchObject({ status: 'ok', samples: 3, warnings: [] });
});

test('one that does not end when it is asked is killed, and leaves no zombie', async () => {
  const { program, pid } = fake(`trap '' TERM INT HUP\nwhile :; do read -t 1000 x </dev/null; done`);
  const collector = new NvidiaCollector(program);
  collector.start(RUN, () => {});
  await until(() => pid() !== null);
  await collector.stop();
  await until(() => !isThere(pid()));
  expect(isThere(pid())).toBe(false);
  expect(collector.health()).toMatchObject({
    status: 'unavailable',
    warnings: [expect.stringContaining('said nothing')],
  });
});

test('one that prints garbage, in lines or without an end, is ended and named', async () => {
  for (const body of ['while :; do echo no such device; done', 'tr "\\\\0" x </dev/zero']) {
    const { program, pid } = fake(body);
    const collector = new NvidiaCollector(program);
    collector.start(RUN, () => {});
    await until(() => collector.health().warnings.length > 0);
    await collector.stop();
    expect(isThere(pid())).toBe(false);
    expect(collector.health()).toMatchObject({
      status: 'unavailable',
      warnings: [expect.stringContaining('makes no sense')],
    });
  }
});

test('one that fails, or is no program at all, is a warning', async () => {
  const failing = new NvidiaCollector(fake('exit 9').program);
  failing.start(RUN, () => {});
  await until(() => failing.health().warnings.length > 0);
  await failing.stop();
  expect(failing.health().warnings[0]).toContain('exit code 9');
  const absent = new NvidiaCollector(join(folder.path, 'absent'));
  absent.start(RUN, () => {});
  await until(() => absent.health().warnings.length > 0);
  await absent.stop();
  expect(absent.health()).toMatchObject({ status: 'unavailable' });
});

test('only a program on the path is taken for nvidia-smi', () => {
  expect(nvidiaSmi(folder.path)).toBeNull();
  expect(nvidiaSmi('')).toBeNull();
});

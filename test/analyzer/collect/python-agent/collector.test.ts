import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Batch } from '../../../../analyzer/collect/collector.ts';
import { agentEnvironment, PythonAgentCollector } from '../../../../analyzer/collect/python-agent/index.ts';
import { AgentRows } from '../../../../analyzer/collect/python-agent/rows.ts';
import { AgentTail } from '../../../../analyzer/collect/python-agent/tail.ts';
import { AGENTS, newFolder, testOn } from './interpreters.ts';

const HEAD =
  'perfscope-python-agent 1\nP\t40\t7\t1000\t100\tCPython 3.7.16\tpython3 app.py\nL\t0\t40\t1000\t0\town\t1\t\n';

test('files are followed as they grow and as new ones appear', () => {
  const folder = newFolder();
  const rows = new AgentRows();
  const tail = new AgentTail(folder, rows, 40);
  tail.poll();
  expect(rows.isEmpty).toBe(true);
  writeFileSync(join(folder, '40-1.pyagent'), HEAD.slice(0, 60));
  tail.poll();
  appendFileSync(join(folder, '40-1.pyagent'), HEAD.slice(60));
  writeFileSync(join(folder, '41-2.pyagent'), HEAD.replace('P\t40\t7', 'P\t41\t40'));
  tail.poll();
  const batch = rows.drain();
  expect([...batch.processes.process]).toEqual([40, 41]);
  expect([...batch.lanes.id]).toEqual([0, 1]);
  expect(rows.isEmpty).toBe(true);
  tail.finish();
  expect([...rows.drain().lanes.end]).toEqual([1000, 1000]);
});

test('what is not a file of an agent is left alone', () => {
  const folder = newFolder();
  const outside = join(newFolder(), 'outside');
  writeFileSync(outside, HEAD);
  symlinkSync(outside, join(folder, 'link.pyagent'));
  mkdirSync(join(folder, 'folder.pyagent'));
  writeFileSync(join(folder, 'other.txt'), HEAD);
  const rows = new AgentRows();
  const tail = new AgentTail(folder, rows, 40);
  tail.poll();
  tail.finish();
  expect(rows.isEmpty).toBe(true);
});

testOn(
  '3.7',
  'the collector delivers batches while the program runs, and the rest at the end',
  async (python) => {
    const records = newFolder();
    const collector = new PythonAgentCollector(records);
    const source = `
import time, sys
end = time.process_time() + 0.8
while time.process_time() < end: sum(range(500))
sys.stdin.read()`;
    const child = spawn(python, ['-c', source], {
      env: { ...process.env, ...agentEnvironment({}, AGENTS, records, { hz: 100, pools: false }) },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const batches: Batch[] = [];
    const samples = () => batches.reduce((sum, batch) => sum + batch.samples.length, 0);
    await new Promise<void>((resolve) => {
      collector.start(
        { pid: child.pid ?? 0, startedAt: 0, rate: 100, mode: 'cpu', children: true },
        (batch) => {
          batches.push(batch);
          // The program waits for this: samples came while it was alive.
          if (samples() > 0) child.stdin.end();
        },
      );
      child.on('close', () => resolve());
    });
    const before = batches.length;
    await collector.stop();
    expect(before).toBeGreaterThan(0);
    const health = collector.health();
    expect(health).toMatchObject({
      id: 'python-agent',
      status: 'ok',
      requestedHz: 100,
      figures: { processes: 1 },
    });
    expect(health.achievedHz).toBeGreaterThan(30);
    let cpu = 0;
    for (const batch of batches) for (const value of batch.samples.cpu) cpu += value;
    expect(cpu).toBeGreaterThan(0.7e9);
  },
);

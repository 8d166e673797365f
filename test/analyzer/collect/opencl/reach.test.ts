import { expect, test } from '@jest/globals';
import { Reach } from '../../../../analyzer/collect/opencl/reach.ts';
import { SCHEMAS, TableBuilder } from '../../../../analyzer/model/index.ts';

const SECOND = 1e9;

function processesOf(ids: readonly number[], end = -1) {
  const rows = new TableBuilder(SCHEMAS.processes);
  for (const process of ids)
    rows.push({ process, parent: 0, start: 0, end, name: '', command: '', runtime: '' });
  return rows.finish();
}

/** Looks as often as a run does, and counts which processes were read when. */
function looksOf(reach: Reach, looks: number[], seconds: number, maps: (id: number, time: number) => string) {
  for (let time = 0; time < seconds * SECOND; time += SECOND / 5)
    reach.look(time, (id) => {
      looks.push(id);
      return maps(id, time);
    });
}

test('a program that loads OpenCL late is found, and named when it has no log', () => {
  const reach = new Reach();
  reach.notice(processesOf([7, 8]));
  const loaded = '7f00-7f01 r-xp 0 0:1 5 /usr/lib/x86_64-linux-gnu/libOpenCL.so.1.0.0\n';
  looksOf(reach, [], 30, (id, time) => (id === 7 && time > 5 * SECOND ? loaded : '/usr/lib/libc.so.6\n'));
  expect(reach.missed(new Set())).toEqual([7]);
  expect(reach.missed(new Set([7]))).toEqual([]);
});

test('many processes are looked at seldom, and those that have ended not at all', () => {
  const reach = new Reach();
  const ids = Array.from({ length: 100 }, (_, i) => i + 1);
  const looks: number[] = [];
  reach.notice(processesOf(ids));
  reach.notice(processesOf([5], 1));
  looksOf(reach, looks, 60, () => '');
  expect(looks).not.toContain(5);
  // Once at first, and then after pauses that double from half a second on.
  expect(looks.length).toBeLessThan(100 * 8);
  expect(new Set(looks).size).toBe(99);
});

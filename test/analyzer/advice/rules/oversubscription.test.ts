import { expect, test } from '@jest/globals';
import { oversubscription } from '../../../../analyzer/advice/rules/oversubscription.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type LaneSpec, recordingOf, type SampleSpec } from '../../../harness/recordings.ts';

const MS = 1e6;

/** A pool whose workers each have so many threads on two cores; every thread runs `share` of the time and wants to for the rest. */
function conclude(workers: number, threads: number, share: number, wants = 1 - share) {
  const lanes: LaneSpec[] = [{}];
  const samples: SampleSpec[] = [{ lane: 0, time: 1000 * MS, stack: ['main'], state: 2 }];
  for (let worker = 0; worker < workers; worker++)
    for (let thread = 0; thread < threads; thread++) {
      const lane = lanes.push({ process: 200 + worker, thread: 1000 * worker + thread }) - 1;
      samples.push({
        lane,
        time: 1000 * MS,
        cpu: share * 1000 * MS,
        ready: wants * 1000 * MS,
        stack: ['embed'],
      });
    }
  const tasks = Array.from({ length: workers }, (_, i) => {
    return {
      submit: MS,
      dequeue: 300 * MS,
      start: 300 * MS,
      end: 990 * MS,
      returned: 991 * MS,
      lane: 1 + i * threads,
      from: 0,
    };
  });
  const pools = [{ size: workers, stack: ['main'], end: 995 * MS }];
  const trace = new Trace(recordingOf(lanes, samples, {}, { pools, tasks }));
  return oversubscription
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('workers with threads of their own that together outnumber the cores are told', () => {
  const [found, ...more] = conclude(4, 2, 0.25);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ name: 'main', evidence: { threads: 8, cores: 2, workers: 4 } });
  expect(found?.evidence.readyShare).toBeCloseTo(0.75, 5);
  expect(found?.change).toContain('OMP_NUM_THREADS');
});

test('more workers than cores cost what they take to start', () => {
  const [found] = conclude(8, 1, 0.25);
  expect(found?.change).toContain('no larger');
  // Each took its first task 0.3 s after the pool was made; with two workers that would have been a quarter.
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.9 * 0.3 * 0.75), 3);
  expect(found?.gain?.hi).toBeCloseTo(1 / (1 - 1.4 * 0.3 * 0.75), 3);
});

test('as many threads as cores are no crowd, nor are many that wait for something else', () => {
  expect(conclude(2, 1, 0.9)).toEqual([]);
  expect(conclude(8, 1, 0.1, 0.05)).toEqual([]);
});

import { expect, test } from '@jest/globals';
import { GONE, NO_WAIT, savedByReplay } from '../../../analyzer/analysis/deviceReplay/replay.ts';
import { deviceSteps } from '../../../analyzer/analysis/deviceReplay/steps.ts';
import { type DeviceVariant, deviceWhatIf } from '../../../analyzer/analysis/deviceReplay/whatIf.ts';
import { deviceWork } from '../../../analyzer/analysis/deviceWork.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import type { DeviceTables } from '../../harness/devices.ts';
import { recordingOf } from '../../harness/recordings.ts';
import { deviceRun } from '../../webview/syntheticDevices.ts';

const US = 1e3;
const MS = 1e6;
const STREAM = { kind: 2, role: 3, process: 100, thread: 0 };
const HOST = { process: 100 };

const recordingWith = (tables: DeviceTables, lanes = 3) =>
  recordingOf([HOST, STREAM, STREAM].slice(0, lanes), [], {}, tables);
const stepsWith = (tables: DeviceTables) => {
  const { tables: all } = recordingWith(tables);
  return deviceSteps(all, deviceWork(all));
};

/** Upload (waits), kernel, download (waits), and the host takes a while over the result: ten times. */
function turns(count = 10): DeviceTables {
  const kernels = [];
  const copies = [];
  for (let i = 0; i < count; i++) {
    const at = i * 20 * MS;
    const common = { lane: 1, from: 'pageable', to: 'device' } as const;
    copies.push({
      ...common,
      direction: 'H2D' as const,
      bytes: 4e6,
      start: at + 10 * US,
      end: at + 4 * MS,
      by: [0, at, at + 4 * MS + 5 * US] as const,
      asynchronous: false,
    });
    kernels.push({
      lane: 1,
      start: at + 4 * MS + 20 * US,
      end: at + 10 * MS,
      by: [0, at + 4 * MS + 10 * US, at + 4 * MS + 15 * US] as const,
    });
    copies.push({
      ...common,
      direction: 'D2H' as const,
      bytes: 4e6,
      start: at + 10 * MS + 5 * US,
      end: at + 14 * MS,
      by: [0, at + 4 * MS + 20 * US, at + 14 * MS + 5 * US] as const,
      asynchronous: false,
    });
  }
  return { kernels, copies };
}

test('a replay without changes gives what was recorded', () => {
  for (const recording of [deviceRun({ streams: 4, devices: 2 }), recordingWith(turns())]) {
    const steps = deviceSteps(recording.tables, deviceWork(recording.tables));
    expect(steps.length).toBeGreaterThan(20);
    expect(savedByReplay(steps, { effect: new Uint8Array(steps.length) })).toBe(0);
  }
});

test('without copies that the host waits for, what they took goes away', () => {
  const steps = stepsWith(turns());
  const effect = Uint8Array.from(steps.of, (at) => (at >= steps.work.kernels ? GONE : 0));
  // The last launch then ends everything: 9 turns of the thread without 14 ms, and the last with nothing after its launch.
  expect(savedByReplay(steps, { effect }) / (10 * 14 * MS)).toBeCloseTo(1, 1);
});

test('an upload that nobody waits for is still waited for by the kernel on its stream, and by who reads the result', () => {
  const steps = stepsWith(turns());
  const { transfers } = recordingWith(turns()).tables;
  const effect = Uint8Array.from(steps.of, (at) =>
    at >= steps.work.kernels && transfers.direction[at - steps.work.kernels] === 0 ? NO_WAIT : 0,
  );
  expect(Math.abs(savedByReplay(steps, { effect }))).toBeLessThan(0.2 * MS);
});

test('a wait belongs to the work that ended it, on whichever stream', () => {
  const steps = stepsWith({
    kernels: [
      { lane: 1, start: 20 * US, end: 500 * US, by: [0, 0, 5 * US] },
      { lane: 2, start: 20 * US, end: 900 * US, by: [0, 6 * US, 11 * US] },
    ],
    spans: [{ lane: 0, kind: 'api', name: 'cudaStreamSynchronize', start: 12 * US, end: 510 * US }],
  });
  expect(steps.of[steps.awaited[2] as number]).toBe(0);
});

test('work that began when another stream was done is taken to have waited for it', () => {
  const tables: DeviceTables = {
    copies: [{ lane: 2, direction: 'H2D', bytes: 1e6, start: 20 * US, end: 5 * MS, by: [0, 0, 5 * US] }],
    kernels: [{ lane: 1, start: 5 * MS + 4 * US, end: 6 * MS, by: [0, 6 * US, 11 * US] }],
    spans: [{ lane: 0, kind: 'api', name: 'cudaDeviceSynchronize', start: 12 * US, end: 6 * MS + 5 * US }],
  };
  const steps = stepsWith(tables);
  const effect = Uint8Array.from(steps.of, (at) => (at === 1 ? GONE : 0));
  expect(savedByReplay(steps, { effect }) / MS).toBeCloseTo(5, 1);
});

const VARIANTS: readonly DeviceVariant[] = [
  { kind: 'copies overlapped' },
  { kind: 'copies removed', direction: null },
  { kind: 'copies removed', direction: 'D2H' },
  { kind: 'memory pinned' },
  { kind: 'launches free' },
  { kind: 'kernel faster', kernel: 'kernel', times: 2 },
  { kind: 'kernel faster', kernel: null, times: Number.POSITIVE_INFINITY },
];

test('every variant saves some of the run and not all of it', () => {
  for (const variant of VARIANTS) {
    const trace = new Trace(recordingWith(turns()));
    const saved = deviceWhatIf(trace, variant);
    expect(saved).not.toBeNull();
    expect(saved?.least).toBeGreaterThanOrEqual(0);
    expect(saved?.most).toBeGreaterThanOrEqual(saved?.least ?? 0);
    expect(saved?.most).toBeLessThan(trace.wall);
  }
});

test('half of the kernels is what a kernel twice as fast saves where everything waits for it', () => {
  const saved = deviceWhatIf(new Trace(recordingWith(turns())), {
    kind: 'kernel faster',
    kernel: 'kernel',
    times: 2,
  });
  const half = (10 * 6 * MS) / 2;
  expect(saved?.least).toBeLessThan(half);
  expect(saved?.most).toBeGreaterThan(half);
});

test('copies of one turn could hide behind the kernels of its neighbours, but for those of a buffer that comes back and goes again', () => {
  const free = deviceWhatIf(new Trace(recordingWith(turns())), { kind: 'copies overlapped' });
  // 9 uploads during the kernel before, 9 downloads during the kernel after, 4 ms each, of which a kernel hides 6 of either.
  expect((free?.most ?? 0) / MS).toBeCloseTo(1.05 * 18 * 4, 0);
  const { kernels, copies = [] } = turns();
  const bound = recordingWith({
    kernels: kernels ?? [],
    copies: copies.map((copy) => ({ ...copy, buffer: 7 })),
  });
  expect((deviceWhatIf(new Trace(bound), { kind: 'copies overlapped' })?.most ?? 0) / MS).toBeCloseTo(
    1.05 * 9 * 4,
    0,
  );
});

test('nothing is said where no device did anything, or the calls are not known', () => {
  const none = new Trace(recordingWith({}));
  const { kernels = [] } = turns();
  const unknown = new Trace(recordingWith({ kernels: kernels.map(({ by: _, ...rest }) => rest) }));
  for (const variant of VARIANTS) {
    expect(deviceWhatIf(none, variant)).toBeNull();
    expect(deviceWhatIf(unknown, variant)).toBeNull();
  }
});

test('times that make no sense neither throw nor give infinite savings', () => {
  const times = [Number.NaN, -1, 0, Number.POSITIVE_INFINITY, 2 ** 60];
  for (const start of times)
    for (const end of times) {
      const trace = new Trace(
        recordingWith({
          kernels: [{ lane: 1, start, end, by: [0, start, end] }],
          copies: [{ lane: 9, direction: 'H2D', bytes: Number.NaN, start, end, by: [7, end, start] }],
          spans: [{ lane: 0, kind: 'api', name: 'clFinish', start, end }],
        }),
      );
      for (const variant of VARIANTS) {
        const saved = deviceWhatIf(trace, variant);
        expect(saved === null || Number.isFinite(saved.most)).toBe(true);
      }
    }
});

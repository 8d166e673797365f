import { type DevicesBusy, devicesBusy } from './deviceBusy.ts';
import { type DeviceGaps, deviceGaps } from './deviceGaps.ts';
import { type DeviceSteps, deviceSteps } from './deviceReplay/steps.ts';
import { type Timeline, timelineOf } from './timeline.ts';
import type { Trace } from './trace.ts';
import { transferRepeats } from './transferRepeats.ts';

/** What the summary and the rules ask of the devices of a run, each computed once for a million kernels. */
export const busyOf = (trace: Trace): DevicesBusy =>
  trace.once('devicesBusy', () => devicesBusy(trace.deviceWork, trace.tables.lanes.length));

export const timelineFor = (trace: Trace): Timeline =>
  trace.once('timeline', () => timelineOf(trace.tables, trace.starts, trace.hasCpu));

export const repeatsOf = (trace: Trace): Uint8Array =>
  trace.once('transferRepeats', () => transferRepeats(trace.tables));

export const gapsOf = (trace: Trace): readonly DeviceGaps[] =>
  trace.once('deviceGaps', () =>
    deviceGaps({
      tables: trace.tables,
      work: trace.deviceWork,
      busy: busyOf(trace).units,
      timeline: timelineFor(trace),
      siteOf: trace.siteOf,
    }),
  );

export const stepsOf = (trace: Trace): DeviceSteps =>
  trace.once('deviceSteps', () => deviceSteps(trace.tables, trace.deviceWork));

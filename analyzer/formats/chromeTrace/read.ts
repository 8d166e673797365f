import { UserError } from '../../model/index.ts';
import type { Format } from '../format.ts';
import { ImportedProfile } from '../importedProfile.ts';
import { readEvents } from './eventStream.ts';
import { TraceSlices } from './slices.ts';

/**
 * Chrome's trace event format, from whatever tool: chrome://tracing, Node's --trace-events, viztracer, TensorFlow, clang's -ftime-trace.
 * Slices of threads are their stacks; counters, flows and asynchronous events are passed over.
 */
export const chromeTrace: Format = {
  id: 'chrome-trace',
  title: 'traces of chrome://tracing, viztracer and others',
  detects: ({ text }) =>
    /^\ufeff?\s*(?:\[\s*\{|\{)/.test(text) &&
    (/"traceEvents"\s*:\s*\[/.test(text) || /"ph"\s*:\s*"/.test(text)),
  read: async (source, producer) => {
    const profile = new ImportedProfile(source.name);
    const slices = new TraceSlices(profile);
    const { isWhole, damaged } = await readEvents(source, {
      event: (event) => slices.add(event),
      fact: () => {},
    });
    if (slices.count === 0 && slices.others + slices.damaged + damaged === 0)
      throw new UserError(`${source.name} is a trace without events.`, 3);
    const { startEpochMs, end } = slices.finish();
    if (profile.laneCount === 0)
      throw new UserError(`${source.name} is a trace in which no thread does anything.`, 3);
    return profile.finish({
      format: 'chrome-trace',
      producer,
      mode: 'wall',
      startEpochMs,
      end,
      damaged: damaged + slices.damaged,
      figures: { slices: slices.count, otherEvents: slices.others },
      warnings: [
        'Read from a trace: what each thread was in is known, waiting included, and the CPU time is not.',
        ...(slices.others > 0
          ? ['Counters, marks, flows and asynchronous events of the trace are not shown.']
          : []),
        ...(isWhole ? [] : ['The trace was cut off: what is missing was written after its last event.']),
      ],
    });
  },
};

import { emptyTables, nanos, type Recording, UNKNOWN_HOST, UserError } from '../../model/index.ts';
import { FORMAT_VERSION } from '../../recording/index.ts';
import { readEvents, type TraceEnd } from '../chromeTrace/eventStream.ts';
import type { Format } from '../format.ts';
import { dateOf } from '../importedProfile.ts';
import { TraceEvents } from './events.ts';
import { TraceTables } from './tables.ts';

/** What Kineto writes before the first event, and the categories that nobody else has. */
const OF_KINETO =
  /"(?:deviceProperties|distributedInfo|record_shapes|with_flops|cupti_version)"\s*:|"cat"\s*:\s*"(?:cpu_op|gpu_memcpy|gpu_memset|cuda_runtime|cuda_driver|python_function|kernel|operator|user_annotation|ac2g|fwdbwd)"/i;

/**
 * A trace that torch.profiler has exported (`export_chrome_trace`, github.com/pytorch/kineto, output_json.cpp), as a recording: kernels,
 * copies, memsets, calls, operators and ranges, with what launched each. It has no samples: CPU time is not known.
 */
export const torchTrace: Format = {
  id: 'torch-trace',
  title: 'traces of torch.profiler',
  detects: ({ text }) => /^\s*[[{]/.test(text) && OF_KINETO.test(text),
  read: async (source, producer) => {
    const events = new TraceEvents();
    const end = await readEvents(source, {
      event: (event) => events.add(event),
      fact: (name, value) => events.fact(name, value),
    });
    if (events.length === 0)
      throw new UserError(`${source.name} is not a perfscope recording, nor a trace of torch.profiler.`, 3);
    return recordingOf(events, end, producer);
  },
};

function recordingOf(events: TraceEvents, { isWhole, damaged }: TraceEnd, producer: string): Recording {
  const tables = new TraceTables(events);
  const lost = events.damaged + damaged;
  return {
    meta: {
      format: 'perfscope',
      version: FORMAT_VERSION,
      producer,
      command: [],
      directory: '',
      exitCode: null,
      signal: null,
      origin: 'import',
      mode: 'wall',
      clock: { start: nanos(0), end: nanos(tables.last), startEpochMs: dateOf(events.startEpochMs) },
      kernelCpuSeconds: null,
      ownCpuSeconds: 0,
      host: { ...UNKNOWN_HOST, gpus: [...new Set(events.devices.map(({ name }) => name))] },
      collectors: [
        {
          id: 'torch-trace',
          status: lost > 0 ? 'partial' : 'ok',
          requestedHz: null,
          achievedHz: null,
          samples: 0,
          missed: 0,
          dropped: lost,
          torn: 0,
          figures: { events: events.length },
          warnings: lost > 0 ? [`${lost} events made no sense and are left out.`] : [],
        },
      ],
      complete: true,
      warnings: [
        'Read from a trace of torch.profiler: what devices did and who launched it is known, and the CPU time is not.',
        ...(isWhole ? [] : ['The trace was cut off: what is missing was written after its last event.']),
      ],
    },
    tables: { ...emptyTables(), ...tables.finish() },
  };
}

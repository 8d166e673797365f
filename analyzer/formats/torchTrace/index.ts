import { emptyTables, nanos, type Recording, UNKNOWN_HOST, UserError } from '../../model/index.ts';
import { FORMAT_VERSION } from '../../recording/index.ts';
import { looksLikeTrace, readTrace, type Trace } from './events.ts';
import { TraceTables } from './tables.ts';

export { looksLikeTrace };

/**
 * A trace that torch.profiler has exported (`export_chrome_trace`), as a recording: kernels, copies, memsets, calls, operators and
 * ranges, with what launched each. It has no samples: CPU time is not known. `source`: names the file in errors. Throws a UserError
 * (exit code 3) with the reason.
 */
export function recordingOfTorchTrace(text: string, source: string, producer: string): Recording {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${source} is damaged: it is no JSON.`, 3, { cause });
  }
  const trace = readTrace(json);
  if (!trace)
    throw new UserError(`${source} is not a perfscope recording, nor a trace of torch.profiler.`, 3);
  return recordingOf(trace, producer);
}

function recordingOf(trace: Trace, producer: string): Recording {
  const tables = new TraceTables(trace);
  const end = trace.events.reduce((latest, event) => Math.max(latest, event.end), 0);
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
      clock: { start: nanos(0), end: nanos(end), startEpochMs: trace.startEpochMs },
      kernelCpuSeconds: null,
      ownCpuSeconds: 0,
      host: { ...UNKNOWN_HOST, gpus: [...new Set(trace.devices.map(({ name }) => name))] },
      collectors: [
        {
          id: 'torch-trace',
          status: trace.damaged > 0 ? 'partial' : 'ok',
          requestedHz: null,
          achievedHz: null,
          samples: 0,
          missed: 0,
          dropped: trace.damaged,
          torn: 0,
          figures: { events: trace.events.length },
          warnings: trace.damaged > 0 ? [`${trace.damaged} events made no sense and are left out.`] : [],
        },
      ],
      complete: true,
      warnings: [
        'Read from a trace of torch.profiler: what devices did and who launched it is known, and the CPU time is not.',
      ],
    },
    tables: { ...emptyTables(), ...tables.finish() },
  };
}

import { expect } from '@jest/globals';
import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { type Metric, selfWeights } from '../../analyzer/analysis/weights.ts';
import type { Source } from '../../analyzer/formats/format.ts';
import { importRecording } from '../../analyzer/formats/index.ts';
import { type Recording, UserError } from '../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording } from '../../analyzer/recording/index.ts';
import { validateTables } from '../../analyzer/recording/validate.ts';

/** What another tool has written, in pieces of so many bytes. */
export function sourceOf(content: string | Uint8Array, piece = 1 << 16): Source {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return {
    name: 'it',
    bytes: async function* () {
      for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
    },
  };
}

/** Opens it as the command line does, and holds it to what every recording is. */
export async function imported(content: string | Uint8Array | object, piece?: number): Promise<Recording> {
  const written =
    content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content);
  const recording = await importRecording('it', sourceOf(written, piece).bytes, 'test');
  const back = decodeRecording(encodeRecording(recording), 'it');
  expect(back.tables.samples.length).toBe(recording.tables.samples.length);
  return back;
}

/** A recording that holds together, or a sentence: nothing else may come of a file. */
export async function importedOrRefused(content: string | Uint8Array): Promise<Recording | null> {
  try {
    const recording = await importRecording('it', sourceOf(content).bytes, 'test');
    validateTables(recording.tables);
    return recording;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return null;
  }
}

/** Own and total weight of each function by its name, summed over functions of one name: seconds, or observations. */
export function weightsByName(
  recording: Recording,
  metric: Metric,
): Record<string, { self: number; total: number }> {
  const { tables, functions, starts, tree } = new Trace(recording);
  const { self, total } = functionTotals(tree, functions, selfWeights(tables, starts, tree, metric));
  const unit = metric === 'samples' ? 1 : 1e9;
  const weights: Record<string, { self: number; total: number }> = {};
  for (let id = 0; id < functions.count; id++) {
    const name = functions.name[id] as string;
    const sum = weights[name] ?? { self: 0, total: 0 };
    weights[name] = sum;
    sum.self += (self[id] as number) / unit;
    sum.total += (total[id] as number) / unit;
  }
  return weights;
}

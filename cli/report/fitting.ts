import { mergedSamples } from '../../analyzer/analysis/mergedSamples.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { encodeRecording, zipEntries } from '../../analyzer/recording/index.ts';
import { count, duration } from '../../webview/format.ts';

/** Nanos within which samples are merged, from the finest on: the first with which the recording fits is taken. */
const WINDOWS = [1e8, 3e8, 1e9, 3e9, 1e10, 6e10, 6e11] as const;
const SAMPLES = 'samples.arrow';

/** A recording as it goes into a page. */
export interface Fitted {
  readonly bytes: Uint8Array;
  /** What was merged, as a sentence for its reader; null when it went in as it was. */
  readonly note: string | null;
}

/**
 * The bytes of a recording in at most `limit` bytes, if that can be: of one that is larger, samples are merged, and nothing else is
 * left out. `bytes`: as it is.
 */
export function fitted(recording: Recording, bytes: Uint8Array, limit: number): Fitted {
  const { samples } = recording.tables;
  if (bytes.length <= limit || samples.length === 0) return { bytes, note: null };
  const packed = zipEntries(bytes).find(({ name }) => name === SAMPLES)?.packed ?? 0;
  const others = bytes.length - packed;
  let smallest: Fitted = { bytes, note: null };
  for (const window of WINDOWS) {
    const merged = mergedSamples(recording.tables, window);
    // Rows that were merged pack worse than the many that were alike, never better: no need to pack what cannot fit.
    const least = others + packed * (merged.length / samples.length);
    if (least > limit && window !== WINDOWS.at(-1)) continue;
    const note = noteOf(samples.length, merged.length, window);
    const smaller: Recording = {
      meta: { ...recording.meta, warnings: [...recording.meta.warnings, note] },
      tables: { ...recording.tables, samples: merged },
    };
    smallest = { bytes: encodeRecording(smaller), note };
    if (smallest.bytes.length <= limit) break;
  }
  return smallest;
}

const noteOf = (before: number, after: number, window: number): string =>
  `To fit into a page, ${count(before)} rows of samples were merged into ${count(after)}, ${(before / after).toFixed(1)} into one on average: those of one thread with the same stack and state within ${duration(window)}. All totals are exact; when within that time something ran is not. The recording itself has every row, and perfscope view shows it.`;

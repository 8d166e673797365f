import { emptyTables, samplesSchema, TableBuilder, type Tables } from '../model/index.ts';
import { lastLanes, type SpoolReader } from '../recording/spool.ts';
import { insideSchema, type NumberedBatch } from './collector.ts';
import { StackOverlay } from './stackOverlay.ts';

/** Rows that are cut together: cutting a few at a time would look through what is left of the stacks for each few. */
const ROWS = 65536;

/**
 * Stacks that became known when the run was over. Until then rows from outside are written without them, so that a crash loses
 * none and no row waits; on the way into the recording they are cut as those of `StackOverlay` are.
 */
export class LateStacks {
  private readonly inside = new TableBuilder(insideSchema);

  add(inside: NumberedBatch['inside']): void {
    this.inside.append(inside);
  }

  /** The samples of a finished spool, with the stacks. */
  *amended(reader: SpoolReader, samples: Iterable<Tables['samples']>): Generator<Tables['samples']> {
    if (this.inside.length === 0) {
      yield* samples;
      return;
    }
    const overlay = new StackOverlay(() => false);
    const none = { ...emptyTables(), inside: new TableBuilder(insideSchema).finish() };
    for (const strings of reader.chunks('strings')) overlay.apply({ ...none, strings });
    for (const frames of reader.chunks('frames')) overlay.apply({ ...none, frames });
    for (const stacks of reader.chunks('stacks')) overlay.apply({ ...none, stacks });
    // Where a lane that still lives ends does not matter here.
    overlay.apply({ ...none, lanes: lastLanes(reader, 0), inside: this.inside.finish() });
    const rows = new TableBuilder(samplesSchema, ROWS);
    for (const chunk of samples) {
      rows.append(chunk);
      if (rows.length < ROWS) continue;
      yield overlay.apply({ ...none, samples: rows.finish() }).samples;
      rows.clear();
    }
    yield overlay.apply({ ...none, samples: rows.finish() }).samples;
    yield overlay.finish().samples;
  }
}

import { adviceOf } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Advice } from '../../analyzer/model/index.ts';
import { decodeRecording } from '../../analyzer/recording/index.ts';

/** Asks the rules on this thread, which takes up to some seconds for a long recording. */
export const adviceHere = (archive: Uint8Array): Advice =>
  adviceOf(new Trace(decodeRecording(archive, 'the recording')));

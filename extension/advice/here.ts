import { adviceOf } from '../../analyzer/advice/index.ts';
import { comparedRun, type RunComparison, runComparison } from '../../analyzer/advice/runComparison.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Advice } from '../../analyzer/model/index.ts';
import { decodeRecording } from '../../analyzer/recording/index.ts';
import type { NamedArchive } from './source.ts';

/** Share of a run's time below which nothing is said to have moved: runs of one program differ by a few percent. */
const THRESHOLD = 0.05;

/** Asks the rules on this thread, which takes up to some seconds for a long recording. */
export const adviceHere = (archive: Uint8Array): Advice =>
  adviceOf(new Trace(decodeRecording(archive, 'the recording')));

/** One run after the other: two at once may be more than fits. */
export function comparisonHere(before: NamedArchive, after: NamedArchive): RunComparison {
  const names = { before: before.name, after: after.name };
  const runOf = ({ name, bytes }: NamedArchive) => comparedRun(new Trace(decodeRecording(bytes, name)));
  return runComparison(runOf(before), runOf(after), names, THRESHOLD);
}

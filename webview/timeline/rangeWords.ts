import { spanPositionAt, trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { OPERATOR_KINDS } from '../../analyzer/model/index.ts';
import type { Tip } from '../dom/tooltip.ts';
import { counted, duration, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { rangeOf } from './hostSpans.ts';
import { workTip } from './streamWords.ts';

/** What a program marked by name, or an operator, with the forward operator's line where it is a backward one. */
export function rangeTip(profile: Profile, row: number): Tip {
  const { ranges, recording, bounds } = profile;
  const { name, start, end } = rangeOf(recording.tables, ranges, row);
  const { operators } = recording.tables;
  const kind = row < ranges.spans ? null : OPERATOR_KINDS[operators.kind[row - ranges.spans] as number];
  return {
    title: visible(name),
    figures: [
      ...(kind ? [['operator', kind] as const] : []),
      ['at', duration(start - bounds.from)],
      ['took', duration(end - start)],
    ],
  };
}

/** A row of `spans`: what a program marked by name, or a call of a device's API. */
export function spanTip({ recording: { tables }, bounds }: Profile, row: number): Tip {
  const { spans, strings } = tables;
  const start = spans.start[row] as number;
  return {
    title: visible(strings.value[spans.name[row] as number] as string),
    figures: [
      ['at', duration(start - bounds.from)],
      ['took', duration((spans.end[row] as number) - start)],
    ],
  };
}

/** A call of a device's API, with what it started. `position`: one of `calls`. */
export function callTip(profile: Profile, position: number): Tip {
  const { calls } = profile;
  const row = calls.row[position] as number;
  if (row < calls.spans) return spanTip(profile, row);
  const work = row - calls.spans;
  const { title, figures = [] } = workTip(profile, work, 1);
  return { title: `Starts ${title}`, figures };
}

/** How many calls and ranges a lane has in an interval, in words; empty where there are none. */
export function hostSpansInWords(
  { ranges, calls, recording }: Profile,
  lane: number,
  interval: Interval,
): string {
  const seen = (tracks: Profile['ranges']): number => {
    let sum = 0;
    for (let on = tracks.first[lane] as number; on < (tracks.first[lane + 1] as number); on++)
      sum += spanPositionAt(tracks, on, interval.to) - spanPositionAt(tracks, on, interval.from);
    return sum;
  };
  const parts: string[] = [];
  if (trackCount(calls, lane) > 0)
    parts.push(counted(seen(calls), 'call of a device’s API', 'calls of a device’s API'));
  if (trackCount(ranges, lane) > 0) {
    const hasOperators = recording.tables.operators.length > 0;
    parts.push(
      counted(
        seen(ranges),
        hasOperators ? 'operator or named range' : 'named range',
        hasOperators ? 'operators or named ranges' : 'named ranges',
      ),
    );
  }
  return parts.join(', ');
}

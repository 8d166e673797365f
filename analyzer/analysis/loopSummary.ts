import { LANE_KINDS, SPAN_KINDS, type SpanKind, type Tables, toSeconds } from '../model/index.ts';
import { type CounterSeries, counterSeries, levelIn } from './counterSeries.ts';

/** What kept threads from running their own code, and how their event loops fared: a part of the summary. */
export interface LoopSummary {
  readonly pauses: readonly PauseLine[];
  readonly eventLoops: readonly EventLoopLine[];
}

/** Spans of one kind and name on one lane: garbage collections, waits that the program asked for. */
export interface PauseLine {
  readonly lane: number;
  readonly kind: SpanKind;
  readonly name: string;
  readonly count: number;
  readonly seconds: number;
  readonly longestSeconds: number;
}

/** The event loop of a thread. `utilisation`: share of the time that it was busy, null when unknown. */
export interface EventLoopLine {
  readonly lane: number;
  readonly longestDelaySeconds: number;
  readonly utilisation: number | null;
}

const PAUSES: readonly SpanKind[] = ['gc', 'wait'];
const DELAY = 'event-loop delay';
const UTILISATION = 'event-loop utilisation';

export function loopSummary(tables: Tables): LoopSummary {
  return { pauses: pausesOf(tables), eventLoops: eventLoopsOf(tables) };
}

/** By kind and name, those that took longest first. */
function pausesOf({ spans, strings }: Tables): PauseLine[] {
  const found = new Map<string, { -readonly [K in keyof PauseLine]: PauseLine[K] }>();
  for (let row = 0; row < spans.length; row++) {
    const kind = SPAN_KINDS[spans.kind[row] as number];
    if (kind === undefined || !PAUSES.includes(kind)) continue;
    const lane = spans.lane[row] as number;
    const key = `${lane} ${kind} ${spans.name[row]}`;
    const took = toSeconds(Math.max(0, (spans.end[row] as number) - (spans.start[row] as number)));
    let line = found.get(key);
    if (!line) {
      const name = strings.value[spans.name[row] as number] ?? '';
      line = { lane, kind, name, count: 0, seconds: 0, longestSeconds: 0 };
      found.set(key, line);
    }
    line.count++;
    line.seconds += took;
    line.longestSeconds = Math.max(line.longestSeconds, took);
  }
  return [...found.values()].sort((a, b) => b.seconds - a.seconds);
}

/** Those that were late longest first. */
function eventLoopsOf(tables: Tables): EventLoopLine[] {
  const { lanes } = tables;
  const thread = LANE_KINDS.indexOf('thread');
  const owners = new Map<string, number>();
  const keyOf = (lane: number) => `${lanes.process[lane]} ${lanes.thread[lane]}`;
  for (let lane = 0; lane < lanes.length; lane++)
    if (lanes.kind[lane] === thread) owners.set(keyOf(lane), lane);
  const series = counterSeries(tables);
  const of = (quantity: string) => series.filter((each) => each.quantity === quantity);
  const used = new Map(of(UTILISATION).map((each) => [keyOf(each.lane), each]));
  return of(DELAY)
    .flatMap((delay) => {
      const lane = owners.get(keyOf(delay.lane));
      if (lane === undefined) return [];
      const utilisation = meanOf(used.get(keyOf(delay.lane)), lanes.end[lane] as number);
      return [{ lane, longestDelaySeconds: delay.max / 1e3, utilisation }];
    })
    .sort((a, b) => b.longestDelaySeconds - a.longestDelaySeconds);
}

/** From its first value to the end of its thread; to its last value where that is not known. */
function meanOf(series: CounterSeries | undefined, end: number): number | null {
  const [first, last] = [series?.time[0], series?.time.at(-1)];
  if (!series || first === undefined || last === undefined) return null;
  const level = levelIn(series, first, Math.max(last, end));
  return (level?.mean ?? (series.value[0] as number)) / 100;
}

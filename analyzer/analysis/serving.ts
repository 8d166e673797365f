import type { Tables } from '../model/index.ts';
import { LOADS, SERVES } from './stackTraits.ts';

/** A lane that answered requests. `from`, `to`: Nanos of the first and the last that was seen of it. */
export interface Serving {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
}

/** Nanos of a look: moments that are closer together count once. */
const LOOK = 50e6;
/**
 * Moments in which a lane was seen to answer from which on the first and the last of them say when it served. Of a service that works long
 * for each of few requests there are less: it is taken to serve from when its modules are loaded until its end.
 */
const MANY = 4;

/** The lanes that answered requests, and when; `traits` as from `stackTraits`. A module that is being loaded serves nobody. */
export function servingLanes(
  { samples, lanes }: Pick<Tables, 'samples' | 'lanes'>,
  traits: Uint8Array,
): Serving[] {
  const from = new Float64Array(lanes.length);
  const to = new Float64Array(lanes.length);
  const looks = new Uint32Array(lanes.length);
  const last = new Float64Array(lanes.length).fill(Number.NEGATIVE_INFINITY);
  const loaded = new Float64Array(lanes.length);
  const end = new Float64Array(lanes.length);
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] as number;
    const lane = samples.lane[i] as number;
    const time = samples.time[i] as number;
    end[lane] = time;
    if (stack < 0) continue;
    const its = (traits[stack] as number) & (SERVES | LOADS);
    if ((its & LOADS) !== 0 && looks[lane] === 0) loaded[lane] = time;
    if (its !== SERVES) continue;
    if (looks[lane] === 0) from[lane] = time;
    to[lane] = time;
    if (time < (last[lane] as number) + LOOK) continue;
    looks[lane] = (looks[lane] as number) + 1;
    last[lane] = time;
  }
  const found: Serving[] = [];
  for (let lane = 0; lane < lanes.length; lane++) {
    const seen = looks[lane] as number;
    if (seen >= MANY) found.push({ lane, from: from[lane] as number, to: to[lane] as number });
    else if (seen > 0)
      found.push({
        lane,
        from: Math.max(loaded[lane] as number, lanes.start[lane] as number),
        to: end[lane] as number,
      });
  }
  return found;
}

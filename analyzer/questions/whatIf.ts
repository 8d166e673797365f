import { longestPools } from '../analysis/replay/poolWork.ts';
import { type Replay, replayOf } from '../analysis/replay/replay.ts';
import { type Granted, granted, usefulWishes, type Wish } from '../analysis/replay/whatIf.ts';
import type { Trace } from '../analysis/trace.ts';
import { UserError } from '../model/index.ts';
import { WRONG_USAGE } from './question.ts';
import {
  type DeviceWishes,
  deviceAnswers,
  fasterInRun,
  type RunAnswer,
  usefulDeviceAnswers,
} from './runWishes.ts';

/** What may be wished of the pools and devices of a run, each alone and all together; what is useful where nothing is. */
export interface WhatIfWishes extends DeviceWishes {
  readonly chunksize?: number;
  readonly workers?: number;
  readonly cores?: number;
  readonly order?: 'longest' | 'recorded';
  readonly faster?: readonly Faster[];
  readonly byReference?: boolean;
  readonly pool?: number;
}

/** A function of the program, and how many times faster it is made. */
export interface Faster {
  readonly name: string;
  readonly times: number;
}

/** One pool and what each wish comes to; `together`: all of them at once, null where that was not asked. */
export interface PoolAnswer {
  readonly replay: Replay;
  readonly answers: readonly Granted[];
  readonly together: Granted | null;
}

/** What was asked comes to: of pools, and of the run as a whole. */
export interface WhatIfAnswers {
  readonly pools: readonly PoolAnswer[];
  readonly run: readonly RunAnswer[];
}

/** Throws a UserError (exit code 2) where it cannot be answered. */
export function whatIfAnswers(trace: Trace, options: WhatIfWishes): WhatIfAnswers {
  const asked = Object.keys(options);
  const asks = {
    devices: asked.some((name) => DEVICE_WISHES.has(name)),
    pools: asked.some((name) => POOL_WISHES.has(name)),
  };
  const devices = asks.devices ? askedDevices(trace, options) : asks.pools ? [] : usefulDeviceAnswers(trace);
  if (trace.tables.tasks.length > 0)
    return { pools: asks.devices && !asks.pools ? [] : poolAnswers(trace, options), run: devices };
  const [faster] = options.faster ?? [];
  const run = [
    ...devices,
    ...(faster ? [fasterInRun(trace, functionNamed(trace, faster.name), faster.times)] : []),
  ];
  if (run.length === 0) throw new UserError(NOTHING_TO_ASK, WRONG_USAGE);
  return { pools: [], run };
}

const DEVICE_WISHES = new Set(['overlapCopies', 'withoutCopies', 'pinned', 'freeLaunches', 'fasterKernel']);
const POOL_WISHES = new Set(['chunksize', 'workers', 'cores', 'order', 'faster', 'byReference', 'pool']);
const NOTHING_TO_ASK =
  'this recording has neither tasks of pools nor work of devices. What a faster function gives can be asked of any: --faster NAME=2x. See docs/whatif.md.';

function askedDevices(trace: Trace, options: WhatIfWishes): RunAnswer[] {
  if (trace.deviceWork.length === 0)
    throw new UserError('no device did anything in this recording.', WRONG_USAGE);
  const answers = deviceAnswers(trace, options);
  if (answers) return answers;
  throw new UserError(
    'of too much of what the devices did the call is not known, so a replay would say nothing.',
    WRONG_USAGE,
  );
}

/** What is asked of the pools of a recording comes to. Throws a UserError (exit code 2) where it cannot be answered. */
function poolAnswers(trace: Trace, options: WhatIfWishes): PoolAnswer[] {
  const pools = poolsOf(trace, options.pool);
  const wishes = wishesOf(trace, options);
  return pools.flatMap((pool) => {
    const replay = replayOf(trace, pool);
    if (!replay) return [];
    const asked = wishes.length > 0 ? wishes : usefulWishes(trace, replay);
    const answers: Granted[] = asked.map((wish) => granted(trace, replay, wish));
    const together = wishes.length > 1 ? granted(trace, replay, Object.assign({}, ...wishes)) : null;
    return [{ replay, answers, together }];
  });
}

/** A run may have made the same pool a hundred times; those that took longest are looked at. */
const MOST_POOLS = 4;

function poolsOf(trace: Trace, wanted: number | undefined): number[] {
  const known = longestPools(trace).map(({ pool }) => pool);
  if (wanted !== undefined) {
    if (known.includes(wanted)) return [wanted];
    const names =
      known.length > 0 ? `those with tasks are ${list(known.map(String))}` : 'none has a whole task';
    throw new UserError(`there is no pool ${wanted} with tasks: ${names}.`, WRONG_USAGE);
  }
  if (known.length === 0)
    throw new UserError('no task of this recording was seen from its beginning to its end.', WRONG_USAGE);
  return known.slice(0, MOST_POOLS);
}

const list = (names: readonly string[]): string =>
  names.slice(0, 8).join(', ') + (names.length > 8 ? ', ...' : '');

/** Each option as a wish of its own. */
function wishesOf(trace: Trace, options: WhatIfWishes): Wish[] {
  const wishes: Wish[] = [];
  if (options.chunksize !== undefined) wishes.push({ chunk: options.chunksize });
  if (options.order === 'longest') wishes.push({ order: 'longest' });
  if (options.workers !== undefined) wishes.push({ workers: options.workers });
  if (options.cores !== undefined) wishes.push({ cores: options.cores });
  if (options.byReference) wishes.push({ byReference: true });
  const [faster, ...others] = options.faster ?? [];
  if (others.length > 0) throw new UserError('one function can be made faster at a time.', WRONG_USAGE);
  if (faster) wishes.push({ faster: { function: functionNamed(trace, faster.name), times: faster.times } });
  return wishes;
}

/** By its whole name or the last part of it, the program's own first. Throws a UserError, with what may have been meant. */
export function functionNamed({ functions, homes }: Trace, name: string): number {
  const short = (id: number) => (functions.name[id] as string).split('.').at(-1) as string;
  const ids = functions.name.map((_, id) => id).filter((id) => functions.file[id] !== '');
  const exact = ids.filter((id) => functions.name[id] === name);
  const found = exact.length > 0 ? exact : ids.filter((id) => short(id) === name);
  const own = found.filter((id) => homes[id]?.origin === 'own');
  const best = own[0] ?? found[0];
  if (best !== undefined) return best;
  const near = ids
    .filter((id) => homes[id]?.origin === 'own')
    .map((id) => ({ text: functions.name[id] as string, far: distance(short(id), name) }))
    .sort((a, b) => a.far - b.far)
    .map(({ text }) => text);
  const hint = near.length > 0 ? ` Did you mean ${list([...new Set(near)].slice(0, 3))}?` : '';
  throw new UserError(`no function ${name} was seen.${hint}`, WRONG_USAGE);
}

/** Levenshtein's: how many letters to change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, change));
    }
    row = next;
  }
  return row[b.length] as number;
}

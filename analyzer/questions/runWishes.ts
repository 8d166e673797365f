import { saving } from '../advice/gain.ts';
import { ERRORS } from '../advice/sampledSaving.ts';
import { type DeviceVariant, deviceWhatIf } from '../analysis/deviceReplay/whatIf.ts';
import { kernelTotals } from '../analysis/kernelTotals.ts';
import { stacksWithinFunction } from '../analysis/stacksWithin.ts';
import type { Trace } from '../analysis/trace.ts';
import { wallOfRows } from '../analysis/wallShares.ts';
import { type Gain, LANE_ROLES } from '../model/index.ts';

/** What may be wished of how a run uses its devices. */
export interface DeviceWishes {
  readonly overlapCopies?: boolean;
  readonly withoutCopies?: 'all' | 'H2D' | 'D2H';
  readonly pinned?: boolean;
  readonly freeLaunches?: boolean;
  /** A kernel by its whole name, and how many times faster it is made. */
  readonly fasterKernel?: { readonly name: string; readonly times: number };
}

/** What a wish about the whole run comes to. `run`: Nanos. */
export interface RunAnswer {
  readonly name: string;
  readonly run: { readonly lo: number; readonly hi: number };
  readonly gain: Gain;
}

interface Named {
  readonly name: string;
  readonly variant: DeviceVariant;
}

const COPIES = { all: 'no copies', H2D: 'no copies to the device', D2H: 'no copies to the host' } as const;

function variantsOf(wishes: DeviceWishes): Named[] {
  const named: Named[] = [];
  const { overlapCopies, withoutCopies, pinned, freeLaunches, fasterKernel } = wishes;
  if (overlapCopies) named.push({ name: 'copies overlapped', variant: { kind: 'copies overlapped' } });
  if (withoutCopies)
    named.push({
      name: COPIES[withoutCopies],
      variant: { kind: 'copies removed', direction: withoutCopies === 'all' ? null : withoutCopies },
    });
  if (pinned) named.push({ name: 'memory pinned', variant: { kind: 'memory pinned' } });
  if (freeLaunches) named.push({ name: 'launches free', variant: { kind: 'launches free' } });
  if (fasterKernel)
    named.push({
      name: `kernel ${fasterKernel.name} ${fasterKernel.times}x faster`,
      variant: { kind: 'kernel faster', kernel: fasterKernel.name, times: fasterKernel.times },
    });
  return named;
}

/** Share of the run below which what nobody asked for is not worth a line. */
const LEAST_SHARE = 0.02;

/** What the wishes about devices come to; null where their replay says nothing: no device, or too few calls known. */
export function deviceAnswers(trace: Trace, wishes: DeviceWishes): RunAnswer[] | null {
  const answers = variantsOf(wishes).map(({ name, variant }) => answerOf(trace, name, variant));
  return answers.some((answer) => answer === null) ? null : answers.filter((answer) => answer !== null);
}

/** Those that are worth a look where nothing was asked for. */
export function usefulDeviceAnswers(trace: Trace): RunAnswer[] {
  if (trace.deviceWork.length === 0) return [];
  const hottest = hottestKernel(trace);
  const wishes: DeviceWishes = {
    overlapCopies: true,
    withoutCopies: 'all',
    pinned: true,
    freeLaunches: true,
    ...(hottest === null ? {} : { fasterKernel: { name: hottest, times: 2 } }),
  };
  return (deviceAnswers(trace, wishes) ?? []).filter(({ gain }) => gain.hi >= 1 / (1 - LEAST_SHARE));
}

function answerOf(trace: Trace, name: string, variant: DeviceVariant): RunAnswer | null {
  const saved = deviceWhatIf(trace, variant);
  return saved && runAnswer(trace, name, saving(trace.wall, saved.least, saved.most));
}

const runAnswer = ({ wall }: Trace, name: string, gain: Gain): RunAnswer => ({
  name,
  run: { lo: wall / gain.hi, hi: wall / gain.lo },
  gain,
});

function hottestKernel({ tables, deviceWork }: Trace): string | null {
  const [most] = kernelTotals(tables, deviceWork);
  return most ? (tables.strings.value[most.name] ?? null) : null;
}

/**
 * A function made faster in a run without pools: the time that the first main thread spent in it shrinks, and all else stays (Amdahl, Validity
 * of the single processor approach, 1967). Known from samples, and as far as they tell.
 */
export function fasterInRun(trace: Trace, id: number, times: number): RunAnswer {
  const { lanes, samples } = trace.tables;
  const main = lanes.role.indexOf(LANE_ROLES.indexOf('main'));
  const isWithin = stacksWithinFunction(trace, id);
  const wall = wallOfRows(trace);
  let [spent, looks] = [0, 0];
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (samples.lane[row] !== main || stack < 0 || isWithin[stack] !== 1) continue;
    spent += wall[row] as number;
    looks += samples.count[row] as number;
  }
  // By so much may a share be off that so many looks tell: binomial.
  const error = ERRORS * Math.sqrt(Math.max(0, 1 - spent / trace.wall) / Math.max(1, looks));
  const saved = (time: number): number => Math.max(0, Math.min(trace.wall, time) * (1 - 1 / times));
  const gain = saving(trace.wall, saved(spent * (1 - error)), saved(spent * (1 + error)));
  return runAnswer(trace, `${trace.functions.name[id] ?? 'it'} ${times}x faster`, gain);
}

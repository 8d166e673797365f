import { gapsOf } from '../../analysis/deviceTrace.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { deviceName } from '../deviceCopyRule.ts';
import { type IdleDevice, idleDevices } from '../deviceIdle.ts';
import { saving } from '../gain.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that the device must be idle between its first work and its last. */
const LEAST_IDLE = 0.1;
/** Share of the 30 parts of its time in which it was used for less than half. */
const LEAST_POOR = 0.5;
/** Fewer gaps are phases of the program. */
const LEAST_GAPS = 8;
/** Share of the gaps of which the thread that ended them must be known, and that its first line must explain. */
const LEAST_KNOWN = 0.5;
const LEAST_PLACE = 0.25;
/** From this share of calls of the API on, it is these that keep the device waiting, which other rules tell. */
const MOST_CALLS = 0.5;
/** Of what could overlap, what does at least once a program prepares ahead. */
const HIDDEN_LEAST = 0.5;

/** A device that waits for the host again and again. */
export const idleDevice: Rule = {
  id: 'G09',
  title: 'A device is idle',
  evaluate: (trace) => idleDevices(trace).flatMap((its) => concluded(trace, its)),
};

function concluded(trace: Trace, its: IdleDevice): Conclusion[] {
  const isIdle = its.gaps >= LEAST_GAPS && its.poorShare >= LEAST_POOR && its.idle >= LEAST_IDLE * trace.wall;
  if (!isIdle || its.known < LEAST_KNOWN || its.inCalls > MOST_CALLS) return [];
  const gaps = gapsOf(trace).find(({ unit }) => unit === its.unit);
  const place = gaps?.places[0];
  const known = its.known * its.idle;
  if (!gaps || !place || place.site.function < 0 || place.time < LEAST_PLACE * known) return [];
  const share = place.time / known;
  const doing = its.computing >= 0.5 ? 'computes' : 'waits';
  const most = its.hideable * Math.min(1, share);
  return [
    {
      subject: `device ${its.unit}`,
      title: `${deviceName(trace, its.unit)} is idle for ${percent(its.idle / (its.last - its.first))} of its time while the host ${doing}${inCode(trace, place.site)}`,
      why: `It had ${its.gaps} gaps, ${duration(its.idle)} in all between its first work and its last; for ${duration(place.time)} of them the thread that then gave it work was at this line.`,
      change: `Let what is done ${lineOf(trace, place.site)} for the next step take place while the device works on this one: in a thread or a worker of its own, with a queue of one or two steps between; or do it on the device.`,
      site: place.site,
      lanes: [...new Set(gaps.longest.map(({ lane }) => lane))].filter((lane) => lane >= 0),
      interval: { start: its.first, end: its.last },
      evidence: {
        idleSeconds: toSeconds(its.idle),
        busySeconds: toSeconds(its.busy),
        gaps: its.gaps,
        poorShare: its.poorShare,
        atLineSeconds: toSeconds(place.time),
      },
      gain: saving(trace.wall, HIDDEN_LEAST * most, most),
    },
  ];
}

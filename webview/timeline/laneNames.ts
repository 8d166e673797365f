import { ACTIVITIES, RUNS } from '../../analyzer/analysis/activity.ts';
import { LANE_KINDS, LANE_ROLES } from '../../analyzer/model/index.ts';
import { baseName, visible } from '../format.ts';
import type { Profile } from '../profile.ts';

/** Nanos that a lane was on a CPU in the whole run. */
export const runningOf = ({ activity }: Profile, lane: number): number =>
  activity[lane * ACTIVITIES.length + RUNS] as number;

export function isFirstThread({ recording: { tables } }: Profile, lane: number): boolean {
  const { lanes } = tables;
  return lanes.role[lane] === LANE_ROLES.indexOf('main') || lanes.thread[lane] === lanes.process[lane];
}

export function ownerOf(
  { recording: { tables } }: Profile,
  process: number,
): { title: string; detail: string } {
  const { processes } = tables;
  // The last row of a process counts: its name may become known late.
  for (let i = processes.length - 1; i >= 0; i--) {
    if (processes.process[i] !== process) continue;
    const runtime = processes.runtime[i] as string;
    const title = processTitle(processes.name[i] as string, processes.command[i] as string);
    return { title, detail: `${process}${runtime ? ` · ${visible(runtime)}` : ''}` };
  }
  return { title: process === 0 ? 'no process' : 'process', detail: process === 0 ? '' : String(process) };
}

/** Names that every process or first thread has, and that tell a reader nothing. */
const NO_NAME = /^(MainThread|MainProcess|python[\d.]*|node)?$/;

/** The name of a process, or of the script that it runs. `command`: its arguments joined by a space. */
export function processTitle(name: string, command: string): string {
  if (!NO_NAME.test(name)) return visible(name);
  const [program = '', ...rest] = command.split(' ');
  const served = /from multiprocessing\.(\w+) import main/.exec(command)?.[1];
  if (served) return served.replaceAll('_', ' ');
  const module = rest.indexOf('-m');
  if (module >= 0 && rest[module + 1]) return visible(rest[module + 1] as string);
  const inline = rest.includes('-c') || rest.includes('-e');
  const script = inline ? undefined : rest.find((part) => part !== '' && !part.startsWith('-'));
  return visible(baseName(script ?? program)) || visible(name) || 'process';
}

export function soloTitle(profile: Profile, lane: number, owner: string): { title: string; detail: string } {
  const { lanes } = profile.recording.tables;
  const name = lanes.name[lane] as string;
  const process = lanes.process[lane] as number;
  return { title: NO_NAME.test(name) ? owner : visible(name), detail: process > 0 ? String(process) : '' };
}

/** What a lane is called where it stands alone: with its process, unless its own name says enough. */
export function laneName(profile: Profile, lane: number): string {
  const { lanes } = profile.recording.tables;
  const process = lanes.process[lane] as number;
  const owner = ownerOf(profile, process).title;
  const stream = LANE_KINDS.indexOf('stream');
  if (lanes.kind[lane] === stream) return laneTitle(profile, lane);
  const alone = profile.lanes.every(
    (other) => other === lane || lanes.process[other] !== process || lanes.kind[other] === stream,
  );
  return alone ? soloTitle(profile, lane, owner).title : `${owner} / ${laneTitle(profile, lane)}`;
}

/** What a lane is called among those of its process. */
export function laneTitle({ recording: { tables } }: Profile, lane: number): string {
  const { lanes } = tables;
  const name = lanes.name[lane] as string;
  if (name !== '') return visible(name);
  const kind = LANE_KINDS[lanes.kind[lane] as number] ?? 'lane';
  return `${kind} ${lanes.thread[lane] || lane}`;
}

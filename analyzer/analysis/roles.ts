import { LANE_KINDS, LANE_ROLES, type LaneRole, type Tables } from '../model/index.ts';
import { rowStarts } from './weights.ts';

/**
 * Who does the parallel work and who only serves it, told from what the lanes did: collectors see a thread, not its
 * purpose. Counting a pool's handler threads as workers would call a well-balanced pool unbalanced.
 */

/** Functions at the bottom of threads that serve a pool or a queue, and do no work of the user's. */
const SERVICE_FUNCTIONS = new Set([
  '_handle_workers',
  '_handle_tasks',
  '_handle_results',
  '_feed',
  '_queue_management_worker',
  'serve_forever',
  // with their class, as interpreters name them from 3.11 on
  'Pool._handle_workers',
  'Pool._handle_tasks',
  'Pool._handle_results',
  'Queue._feed',
  '_ExecutorManagerThread.run',
  'ResourceTracker.main',
]);
const SERVICE_FILE =
  /(multiprocessing|loky\/backend)\/(resource_tracker|semaphore_tracker|forkserver|managers)\.py$/;
/** Processes that are started for nothing but a service. A fork server is not among them: its workers share its command. */
const SERVICE_COMMAND = /(multiprocessing|loky\.backend)\.(resource_tracker|semaphore_tracker)\b/;
/** Share of a lane's life on service functions from which it is a helper: the rest is the start of the interpreter. */
const SERVICE_SHARE = 0.25;
/** Frames from the bottom of a stack in which a service function may stand: bootstrap, run, function. */
const SERVICE_DEPTH = 12;
/** A thread that used less of its life than this does no parallel work worth the name. */
const MIN_BUSY = 0.01;
/**
 * A child process that is short beside the longest and used little beside the busiest is a tool that was called (a shell, a
 * compiler), not a worker. A worker that got no work is idle but not short; one a task is short but as busy as the others.
 */
const SHORT = 0.2;
const LITTLE = 0.05;

/** The role of each lane, as an index into `LANE_ROLES`. */
export function laneRoles(tables: Tables): Uint8Array {
  const { lanes, samples } = tables;
  const roles = Uint8Array.from(lanes.role);
  const service = serviceStacks(tables);
  const starts = rowStarts(tables);
  const seen = new Float64Array(lanes.length);
  const serving = new Float64Array(lanes.length);
  const cpu = new Float64Array(lanes.length);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const stack = samples.stack[i] as number;
    const wall = (samples.time[i] as number) - (starts[i] as number);
    seen[lane] = (seen[lane] as number) + wall;
    cpu[lane] = (cpu[lane] as number) + (samples.cpu[i] as number);
    if (stack >= 0 && service[stack]) serving[lane] = (serving[lane] as number) + wall;
  }
  const { processes } = tables;
  const services = new Set<number>();
  for (let i = 0; i < processes.length; i++) {
    if (SERVICE_COMMAND.test(processes.command[i] as string)) services.add(processes.process[i] as number);
  }
  const role = (name: LaneRole) => LANE_ROLES.indexOf(name);
  const isChild = (lane: number) =>
    lanes.kind[lane] === LANE_KINDS.indexOf('thread') && roles[lane] !== role('main');
  const lifeOf = (lane: number) => (lanes.end[lane] as number) - (lanes.start[lane] as number);
  let longest = 0;
  let busiest = 0;
  for (let lane = 0; lane < lanes.length; lane++) {
    if (!isChild(lane)) continue;
    longest = Math.max(longest, lifeOf(lane));
    busiest = Math.max(busiest, cpu[lane] as number);
  }
  for (let lane = 0; lane < lanes.length; lane++) {
    if (!isChild(lane)) continue;
    const life = lifeOf(lane);
    const idle = (cpu[lane] as number) < MIN_BUSY * life;
    const serves =
      services.has(lanes.process[lane] as number) ||
      (serving[lane] as number) > SERVICE_SHARE * (seen[lane] as number);
    const mainThread = lanes.process[lane] === lanes.thread[lane];
    const called = life < SHORT * longest && (cpu[lane] as number) < LITTLE * busiest;
    roles[lane] = role(serves || called || (idle && !mainThread) ? 'helper' : 'worker');
  }
  return roles;
}

/**
 * 1 for each stack that lies on a service function near its bottom. A worker that a fork server started has the server's
 * frames below its own: what counts begins anew where a process of `multiprocessing` begins.
 */
function serviceStacks({ stacks, frames, strings }: Tables): Uint8Array {
  const isService = new Uint8Array(frames.length);
  for (let i = 0; i < frames.length; i++) {
    const name = strings.value[frames.name[i] as number] as string;
    const file = strings.value[frames.file[i] as number] as string;
    if (SERVICE_FUNCTIONS.has(name) || SERVICE_FILE.test(file)) isService[i] = 1;
  }
  const isProcessStart = new Uint8Array(frames.length);
  for (let i = 0; i < frames.length; i++) {
    const name = strings.value[frames.name[i] as number] as string;
    const file = strings.value[frames.file[i] as number] as string;
    if (/(^|\.)_bootstrap$/.test(name) && file.endsWith('multiprocessing/process.py')) isProcessStart[i] = 1;
  }
  const result = new Uint8Array(stacks.length);
  const depth = new Uint16Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] as number;
    if (isProcessStart[stacks.frame[i] as number] === 1) continue;
    depth[i] = parent < 0 ? 0 : Math.min(65535, (depth[parent] as number) + 1);
    const below = parent >= 0 && result[parent] === 1;
    const own = isService[stacks.frame[i] as number] === 1 && (depth[i] as number) < SERVICE_DEPTH;
    result[i] = below || own ? 1 : 0;
  }
  return result;
}

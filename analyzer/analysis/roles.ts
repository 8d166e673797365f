import { LANE_KINDS, LANE_ROLES, LANGUAGES, type LaneRole, type Tables } from '../model/index.ts';
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
]);
/** Frames from the bottom of a stack in which a service function may stand: bootstrap, run, function. */
const SERVICE_DEPTH = 12;
/** Share of a lane's life on service functions from which it is a helper. */
const SERVICE_SHARE = 0.5;
/**
 * Processes that are started for nothing but a service. A fork server's workers share its command; they are told from it by
 * the frame in which every process of `multiprocessing` begins.
 */
const SERVICE_COMMAND = /(multiprocessing|loky\.backend)\.(resource_tracker|semaphore_tracker|forkserver)\b/;
const JAVASCRIPT = LANGUAGES.indexOf('javascript');
const PROCESS_START = /(^|\.)_bootstrap$/;
const PROCESS_FILE = 'multiprocessing/process.py';
/** A thread that used less of its life than this does no parallel work worth the name. */
const MIN_BUSY = 0.01;
/**
 * A child process that is short beside the longest and used little beside the busiest is a tool that was called (a shell, a
 * compiler), not a worker. A worker that got no work is idle but not short; one a task is short but as busy as the others.
 */
const SHORT = 0.2;
const LITTLE = 0.05;

/** What the samples of each lane say about its purpose. Times in nanoseconds. */
interface LaneEvidence {
  readonly wall: Float64Array;
  readonly serving: Float64Array;
  readonly cpu: Float64Array;
  /** 1 for a lane that was seen within a process of `multiprocessing`. */
  readonly isMultiprocessing: Uint8Array;
  /** 1 for a lane that ran JavaScript. */
  readonly isScript: Uint8Array;
}

/** The role of each lane, as an index into `LANE_ROLES`. */
export function laneRoles(tables: Tables): Uint8Array {
  const { lanes, processes } = tables;
  const role = (name: LaneRole) => LANE_ROLES.indexOf(name);
  const roles = Uint8Array.from(lanes.role);
  const { wall, serving, cpu, isMultiprocessing, isScript } = laneEvidence(tables);
  const ranTasks = lanesOfTasks(tables);
  const services = new Set<number>();
  for (let i = 0; i < processes.length; i++) {
    if (SERVICE_COMMAND.test(processes.command[i] as string)) services.add(processes.process[i] as number);
  }
  const scripts = new Set<number>();
  for (let lane = 0; lane < lanes.length; lane++)
    if (isScript[lane] === 1) scripts.add(lanes.process[lane] as number);
  /** A thread of Node's own, for compiling, garbage and files. */
  const isOfRuntime = (lane: number) =>
    isScript[lane] === 0 &&
    lanes.process[lane] !== lanes.thread[lane] &&
    scripts.has(lanes.process[lane] as number);
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
    // Nothing tells more: a worker whose tasks only waited is idle and short by every other sign.
    if (ranTasks[lane] === 1) {
      roles[lane] = role('worker');
      continue;
    }
    const own = cpu[lane] as number;
    const life = lifeOf(lane);
    const isService = services.has(lanes.process[lane] as number) && isMultiprocessing[lane] === 0;
    const serves = isService || (serving[lane] as number) > SERVICE_SHARE * (wall[lane] as number);
    const isIdleThread = own < MIN_BUSY * life && lanes.process[lane] !== lanes.thread[lane];
    const isTool = life < SHORT * longest && own < LITTLE * busiest;
    roles[lane] = role(serves || isIdleThread || isTool || isOfRuntime(lane) ? 'helper' : 'worker');
  }
  return roles;
}

/** 1 for each lane that a pool's task ran on. */
function lanesOfTasks({ lanes, tasks }: Tables): Uint8Array {
  const ran = new Uint8Array(lanes.length);
  for (let row = 0; row < tasks.length; row++) {
    const lane = tasks.lane[row] as number;
    if (lane >= 0) ran[lane] = 1;
  }
  return ran;
}

function laneEvidence(tables: Tables): LaneEvidence {
  const { lanes, samples } = tables;
  const starts = rowStarts(tables);
  const stacks = classifyStacks(tables);
  const wall = new Float64Array(lanes.length);
  const serving = new Float64Array(lanes.length);
  const cpu = new Float64Array(lanes.length);
  const isMultiprocessing = new Uint8Array(lanes.length);
  const isScript = new Uint8Array(lanes.length);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const stack = samples.stack[i] as number;
    const time = (samples.time[i] as number) - (starts[i] as number);
    wall[lane] = (wall[lane] as number) + time;
    cpu[lane] = (cpu[lane] as number) + (samples.cpu[i] as number);
    if (stack >= 0 && stacks.serves[stack]) serving[lane] = (serving[lane] as number) + time;
    if (stack >= 0 && stacks.inProcess[stack]) isMultiprocessing[lane] = 1;
    if (stack >= 0 && stacks.isScript[stack]) isScript[lane] = 1;
  }
  return { wall, serving, cpu, isMultiprocessing, isScript };
}

interface StackClasses {
  /** 1 for each stack that lies on a service function near its bottom. */
  readonly serves: Uint8Array;
  /** 1 for each within a process of `multiprocessing`. */
  readonly inProcess: Uint8Array;
  /** 1 for each with JavaScript in it. */
  readonly isScript: Uint8Array;
}

function classifyStacks({ stacks, frames, strings }: Tables): StackClasses {
  const isService = new Uint8Array(frames.length);
  const isProcessStart = new Uint8Array(frames.length);
  for (let i = 0; i < frames.length; i++) {
    const name = strings.value[frames.name[i] as number] as string;
    const file = strings.value[frames.file[i] as number] as string;
    if (SERVICE_FUNCTIONS.has(name)) isService[i] = 1;
    if (PROCESS_START.test(name) && file.endsWith(PROCESS_FILE)) isProcessStart[i] = 1;
  }
  const serves = new Uint8Array(stacks.length);
  const inProcess = new Uint8Array(stacks.length);
  const isScript = new Uint8Array(stacks.length);
  const depth = new Uint16Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] as number;
    const frame = stacks.frame[i] as number;
    const begins = isProcessStart[frame] === 1;
    // What a process forked from serves nothing in it: what counts begins anew with the process.
    depth[i] = begins || parent < 0 ? 0 : Math.min(65535, (depth[parent] as number) + 1);
    const below = !begins && parent >= 0 && serves[parent] === 1;
    serves[i] = below || (isService[frame] === 1 && (depth[i] as number) < SERVICE_DEPTH) ? 1 : 0;
    inProcess[i] = begins || (parent >= 0 && inProcess[parent] === 1) ? 1 : 0;
    const own = frames.language[frame] === JAVASCRIPT;
    isScript[i] = own || (parent >= 0 && isScript[parent] === 1) ? 1 : 0;
  }
  return { serves, inProcess, isScript };
}

import {
  type ColumnArray,
  DEOPT_KINDS,
  DIRECTIONS,
  KERNEL_KINDS,
  LANE_KINDS,
  LANE_ROLES,
  LANGUAGES,
  MEMORY_KINDS,
  OPERATOR_KINDS,
  SOURCE_STATES,
  SPAN_KINDS,
  STATES,
  type Tables,
  TIERS,
  WAITS,
} from '../model/index.ts';

function inRange(what: string, column: ColumnArray, limit: number, lowest = 0): void {
  const values = column as Int32Array;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < lowest || value >= limit)
      throw new Error(`row ${i} of ${what} points to ${value}, which is not there`);
  }
}

/**
 * Checks every reference between tables once, so that no reader has to: a recording may come from a stranger. Throws an
 * Error with a phrase that says which row of what is wrong.
 */
export function validateTables(tables: Tables): void {
  const { strings, frames, stacks, lanes, samples, spans, transfers, counters, pools, tasks, lockWaits } =
    tables;
  const { functionTiers, deopts, devices, kernels, operators, sources } = tables;
  inRange('frames.name', frames.name, strings.length);
  inRange('frames.file', frames.file, strings.length);
  inRange('frames.language', frames.language, LANGUAGES.length);
  inRange('stacks.frame', stacks.frame, frames.length);
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] as number;
    if (parent < -1 || parent >= i)
      throw new Error(`row ${i} of stacks has the parent ${parent}, which does not precede it`);
  }
  for (let i = 0; i < lanes.length; i++) {
    if (lanes.id[i] !== i) throw new Error(`row ${i} of lanes has the id ${lanes.id[i]}`);
  }
  inRange('lanes.kind', lanes.kind, LANE_KINDS.length);
  inRange('lanes.role', lanes.role, LANE_ROLES.length);
  inRange('samples.lane', samples.lane, lanes.length);
  inRange('samples.stack', samples.stack, stacks.length, -1);
  inRange('samples.state', samples.state, STATES.length);
  inRange('samples.wait', samples.wait, WAITS.length);
  inRange('spans.lane', spans.lane, lanes.length);
  inRange('spans.name', spans.name, strings.length);
  inRange('spans.stack', spans.stack, stacks.length, -1);
  inRange('transfers.lane', transfers.lane, lanes.length);
  inRange('transfers.stack', transfers.stack, stacks.length, -1);
  inRange('transfers.toLane', transfers.toLane, lanes.length, -1);
  inRange('transfers.direction', transfers.direction, DIRECTIONS.length);
  inRange('transfers.from', transfers.from, MEMORY_KINDS.length);
  inRange('transfers.to', transfers.to, MEMORY_KINDS.length);
  inRange('transfers.device', transfers.device, devices.length, -1);
  inRange('transfers.peer', transfers.peer, devices.length, -1);
  inRange('transfers.callLane', transfers.callLane, lanes.length, -1);
  inRange('transfers.call', transfers.call, strings.length, -1);
  inRange('spans.kind', spans.kind, SPAN_KINDS.length);
  inRange('counters.lane', counters.lane, lanes.length);
  for (let i = 0; i < pools.length; i++) {
    if (pools.id[i] !== i) throw new Error(`row ${i} of pools has the id ${pools.id[i]}`);
  }
  inRange('pools.stack', pools.stack, stacks.length, -1);
  inRange('tasks.pool', tasks.pool, pools.length);
  inRange('tasks.function', tasks.function, frames.length, -1);
  inRange('tasks.stack', tasks.stack, stacks.length, -1);
  inRange('tasks.lane', tasks.lane, lanes.length, -1);
  inRange('tasks.from', tasks.from, lanes.length, -1);
  inRange('tasks.exception', tasks.exception, strings.length, -1);
  inRange('lockWaits.lane', lockWaits.lane, lanes.length);
  inRange('lockWaits.stack', lockWaits.stack, stacks.length, -1);
  inRange('lockWaits.holder', lockWaits.holder, lanes.length, -1);
  inRange('lockWaits.holderStack', lockWaits.holderStack, stacks.length, -1);
  inRange('functionTiers.lane', functionTiers.lane, lanes.length, -1);
  inRange('functionTiers.function', functionTiers.function, frames.length, -1);
  inRange('functionTiers.tier', functionTiers.tier, TIERS.length);
  inRange('deopts.lane', deopts.lane, lanes.length, -1);
  inRange('deopts.function', deopts.function, frames.length, -1);
  inRange('deopts.kind', deopts.kind, DEOPT_KINDS.length);
  inRange('deopts.reason', deopts.reason, strings.length);
  inRange('deopts.file', deopts.file, strings.length);
  for (let i = 0; i < devices.length; i++) {
    if (devices.id[i] !== i) throw new Error(`row ${i} of devices has the id ${devices.id[i]}`);
  }
  inRange('kernels.lane', kernels.lane, lanes.length);
  inRange('kernels.device', kernels.device, devices.length);
  inRange('kernels.kind', kernels.kind, KERNEL_KINDS.length);
  inRange('kernels.name', kernels.name, strings.length);
  inRange('kernels.callLane', kernels.callLane, lanes.length, -1);
  inRange('kernels.call', kernels.call, strings.length);
  inRange('kernels.stack', kernels.stack, stacks.length, -1);
  inRange('operators.lane', operators.lane, lanes.length);
  inRange('operators.kind', operators.kind, OPERATOR_KINDS.length);
  inRange('operators.name', operators.name, strings.length);
  inRange('operators.forwardLane', operators.forwardLane, lanes.length, -1);
  inRange('sources.state', sources.state, SOURCE_STATES.length);
  const last = new Float64Array(lanes.length).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const time = samples.time[i] as number;
    if (time < (last[lane] as number))
      throw new Error(`row ${i} of samples lies before the row that precedes it on its lane`);
    last[lane] = time;
  }
}

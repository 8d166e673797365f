import type { samplesSchema, Table } from '../../model/index.ts';
import type { SampleBatch } from './threadLane.ts';

/**
 * The rows of a batch as they are recorded: lane by lane, times of CPU in whole nanoseconds. What rounding leaves over goes
 * to the next row of the lane, so that sums stay exact.
 */
export function closeRows(batch: SampleBatch): Table<typeof samplesSchema> {
  const { rows } = batch;
  const from = rows.columns;
  const length = rows.length;
  const lanes = from.lane;
  let highest = -1;
  for (let i = 0; i < length; i++) highest = Math.max(highest, lanes[i] as number);
  const offsets = new Uint32Array(highest + 2);
  for (let i = 0; i < length; i++) {
    const next = (lanes[i] as number) + 1;
    offsets[next] = (offsets[next] as number) + 1;
  }
  for (let lane = 0; lane <= highest; lane++) {
    offsets[lane + 1] = (offsets[lane + 1] as number) + (offsets[lane] as number);
  }
  const to = {
    length,
    lane: new Uint32Array(length),
    time: new Float64Array(length),
    cpu: new Uint32Array(length),
    ready: new Uint32Array(length),
    stack: new Int32Array(length),
    count: new Uint16Array(length),
    state: new Uint8Array(length),
    wait: new Uint8Array(length),
    flags: new Uint8Array(length),
  };
  let lane = -1;
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) {
    const own = lanes[i] as number;
    const at = offsets[own] as number;
    offsets[own] = at + 1;
    order[at] = i;
  }
  let cpuLeft = 0;
  let readyLeft = 0;
  for (let at = 0; at < length; at++) {
    const i = order[at] as number;
    if (lanes[i] !== lane) {
      lane = lanes[i] as number;
      cpuLeft = 0;
      readyLeft = 0;
    }
    const cpu = (batch.cpu[i] as number) + cpuLeft;
    const ready = (batch.ready[i] as number) + readyLeft;
    to.cpu[at] = Math.min(0xffffffff, Math.round(cpu));
    to.ready[at] = Math.min(0xffffffff, Math.round(ready));
    cpuLeft = cpu - Math.round(cpu);
    readyLeft = ready - Math.round(ready);
    to.lane[at] = lane;
    to.time[at] = from.time[i] as number;
    to.stack[at] = from.stack[i] as number;
    to.count[at] = Math.min(65535, from.count[i] as number);
    to.state[at] = from.state[i] as number;
    to.wait[at] = from.wait[i] as number;
    to.flags[at] = from.flags[i] as number;
  }
  return to;
}

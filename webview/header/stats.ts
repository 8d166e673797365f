import { knowsCpu } from '../../analyzer/analysis/knownTimes.ts';
import { DIRECTIONS, type Direction, directionsOf, type Recording } from '../../analyzer/model/index.ts';
import { bytes, count, duration, hertz, percent } from '../format.ts';

export interface Stat {
  readonly name: string;
  readonly value: string;
  /** What the figure means, in a sentence. */
  readonly meaning: string;
}

const DIRECTION_NAMES: Partial<Readonly<Record<Direction, string>>> = {
  H2D: 'host to device',
  D2H: 'device to host',
  D2D: 'within device',
  P2P: 'device to device',
  'pickle-out': 'to workers',
  'pickle-in': 'back from workers',
  'clone-out': 'cloned to workers',
  'clone-in': 'cloned back',
  message: 'messages',
};

/** The figures of the header: what every run has, and what only some have where it was seen. `deviceBusy`: from 0 to 1. */
export function headerStats(
  recording: Recording,
  cpuNanos: number,
  deviceBusy: number | null = null,
  deviceWord = 'GPU',
): Stat[] {
  const { meta } = recording;
  const wall = meta.clock.end - meta.clock.start;
  const imported = meta.origin === 'import';
  const stats: Stat[] = [wallStat(recording, wall)];
  if (!imported || knowsCpu(recording))
    stats.push({
      name: 'CPU',
      value: duration(cpuNanos),
      meaning: `CPU time of every lane${imported ? '' : ', by the kernel’s own accounting'}`,
    });
  if (deviceBusy !== null)
    stats.push({
      name: `${deviceWord} busy`,
      value: percent(deviceBusy),
      meaning: 'Share of the run with a kernel on a device; of several devices the mean',
    });
  for (const [direction, volume] of bytesMoved(
    recording,
    deviceBusy === null ? MOST_DIRECTIONS : BESIDE_DEVICES,
  ))
    stats.push({
      name: DIRECTION_NAMES[direction] ?? direction,
      value: bytes(volume),
      meaning: `Bytes moved, ${direction}`,
    });
  const sampler = meta.collectors.find(({ achievedHz, samples }) => achievedHz !== null && samples > 0);
  if (sampler?.achievedHz != null)
    stats.push({
      name: 'sampled at',
      value: hertz(sampler.achievedHz),
      meaning: sampler.requestedHz === null ? 'Rate reached' : `${hertz(sampler.requestedHz)} asked for`,
    });
  if (wall > 0 && !imported)
    stats.push({
      name: 'perfscope used',
      value: `${percent((meta.ownCpuSeconds * 1e9) / wall)} of a core`,
      meaning: `${duration(meta.ownCpuSeconds * 1e9)} of CPU that perfscope itself used meanwhile`,
    });
  return stats;
}

/** What another tool has added up has no length, but a sum. */
function wallStat({ meta, tables }: Recording, wall: number): Stat {
  if (meta.mode === 'samples') {
    const observed = tables.samples.count.reduce((sum, each) => sum + each, 0);
    return { name: 'samples', value: count(observed), meaning: 'How often all stacks together were counted' };
  }
  return meta.timeless
    ? {
        name: 'in all',
        value: duration(wall),
        meaning: 'Time of all functions together; the length of the run is not told',
      }
    : { name: 'wall', value: duration(wall), meaning: 'Time that the run took' };
}

/** More would push the rest of the header out of sight, where devices have a figure of their own as well. */
const MOST_DIRECTIONS = 4;
const BESIDE_DEVICES = 3;

/** Always in one order, so that readers find a figure where it was in another report. What tasks carry to their workers and back is in the tasks and not in the transfers. */
function bytesMoved({ tables: { transfers, tasks, pools } }: Recording, most: number): [Direction, number][] {
  const volumes = new Map<Direction, number>();
  const add = (direction: Direction, volume: number): void => {
    if (volume > 0) volumes.set(direction, (volumes.get(direction) ?? 0) + volume);
  };
  for (let i = 0; i < tasks.length; i++) {
    const times = tasks.weight[i] as number;
    const ways = directionsOf(pools.startMethod[tasks.pool[i] as number] ?? '');
    add(ways.out, times * (tasks.bytesOut[i] as number));
    add(ways.back, times * (tasks.bytesBack[i] as number));
  }
  for (let i = 0; i < transfers.length; i++) {
    const direction = DIRECTIONS[transfers.direction[i] as number];
    if (direction) add(direction, (transfers.weight[i] as number) * (transfers.bytes[i] as number));
  }
  const largest = [...volumes].sort((a, b) => b[1] - a[1]).slice(0, most);
  return largest.sort(([a], [b]) => DIRECTIONS.indexOf(a) - DIRECTIONS.indexOf(b));
}

import type { DeviceEfficiency } from './deviceEfficiency.ts';
import type { Efficiency } from './efficiency.ts';
import type { GlobalEfficiency } from './efficiencyRegions.ts';

/** A factor in words: its name, and a sentence with the figures that it follows from. The one place that words them. */
export interface FactorWords {
  readonly title: string;
  readonly sentence: string;
}

/** Nanos in three digits: `2.90 s`, `12.5 ms`. */
function time(nanos: number): string {
  const [value, unit] =
    nanos >= 0.9995e9 ? [nanos / 1e9, 's'] : nanos >= 0.9995e6 ? [nanos / 1e6, 'ms'] : [nanos / 1e3, 'us'];
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

const share = (ratio: number): string => {
  const percent = 100 * ratio;
  return `${percent > 0 && percent < 9.95 ? percent.toFixed(1) : Math.round(percent)} %`;
};

/** A ratio of two times: `1.33x`, `12x`. */
const times = (ratio: number): string => `${ratio.toFixed(ratio < 9.95 ? 2 : 0)}x`;

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** A share that is not worth a word. */
const NEGLIGIBLE = 0.005;
/** Below this share of a run, its serial part bounds nothing that anyone will reach. */
const NO_BOUND = 0.02;
/** Balances that differ by less say the same. */
const SAME = 0.03;

export const coresWords = ({ coresUsed, cores }: GlobalEfficiency): FactorWords => ({
  title: 'Cores in use',
  sentence: `${coresUsed.toFixed(2)} of ${counted(cores, 'core')} on average`,
});

export function serialWords(serial: number, whole: number): FactorWords {
  const title = 'Parallel part';
  if (serial < NEGLIGIBLE * whole) return { title, sentence: 'at almost every moment some worker ran' };
  const none = `no worker ran for ${time(serial)} of ${time(whole)}`;
  if (serial < NO_BOUND * whole) return { title, sentence: none };
  return { title, sentence: `${none}: more workers give ${times(whole / serial)} at most` };
}

export function parallelWords(its: Efficiency | null): FactorWords {
  const title = 'Parallel efficiency';
  if (!its) return { title, sentence: 'fewer than two workers ran at a time' };
  const { useful, time: whole } = its.figures;
  return {
    title,
    sentence: `${counted(its.workers, 'worker')}, on a CPU for ${share(useful / whole)} of ${time(whole)}`,
  };
}

export function loadBalanceWords({ figures, workers, loadBalance, usefulBalance }: Efficiency): FactorWords {
  const { busiest, average, idle, teams } = figures;
  const who = teams > 1 ? `busiest of each of ${teams} teams` : 'busiest worker';
  const whose = teams > 1 ? counted(idle, 'worker') : `${idle} of ${workers}`;
  const never = idle === 0 ? '' : `; ${whose} had hardly any`;
  const byCpu = Math.abs(usefulBalance - loadBalance) < SAME ? '' : ` (CPU: ${usefulBalance.toFixed(2)})`;
  return {
    title: 'Load balance',
    sentence: `the ${who} had ${time(busiest)} of work, the average ${time(average)}${byCpu}${never}`,
  };
}

export function cpuWords({ figures, overlap, supply }: Efficiency) {
  const { busiest, wanting, active, time: whole, useful, ready } = figures;
  const communication = `the busiest worker had work for ${share(busiest / whole)} of ${time(whole)}`;
  return {
    communication: { title: 'Communication', sentence: communication },
    gil: {
      title: 'GIL',
      sentence: `each worker waited ${time(figures.gil)} for the GIL on average`,
    },
    overlap: {
      title: 'Overlap',
      sentence:
        1 - overlap < NEGLIGIBLE
          ? 'the busiest worker had work whenever any had'
          : `the busiest had work for ${time(wanting)} of the ${time(active)} in which any had`,
    },
    supply: {
      title: 'Supply',
      sentence:
        1 - supply < NEGLIGIBLE
          ? 'some worker had work at almost every moment'
          : `for ${time(whole - active)} of ${time(whole)} no worker had work`,
    },
    contention: {
      title: 'Contention',
      sentence:
        ready < NEGLIGIBLE * (useful + ready)
          ? 'whoever had work had a core'
          : `the average worker waited ${time(ready)} of ${time(useful + ready)} for a core`,
    },
  } as const satisfies Record<string, FactorWords>;
}

export function deviceWords(
  { device, devices, loadBalance, communication, orchestration }: DeviceEfficiency,
  whole: number,
) {
  const busiest = (device / loadBalance) * whole;
  return {
    device: {
      title: 'Device efficiency',
      sentence: `${counted(devices, 'device')}, kernels for ${share(device)} of ${time(whole)}`,
    },
    loadBalance: {
      title: 'Load balance',
      sentence:
        devices < 2
          ? 'one device was used'
          : `the busiest device computed for ${time(busiest)}, the average for ${time(busiest * loadBalance)}`,
    },
    copies: {
      title: 'Copies',
      sentence:
        1 - communication < NEGLIGIBLE
          ? 'copies hid behind kernels'
          : `the busiest device copied for ${time(busiest / communication - busiest)} while no kernel ran`,
    },
    orchestration: {
      title: 'Orchestration',
      sentence: `the busiest device had work for ${share(orchestration)} of ${time(whole)}`,
    },
  } as const satisfies Record<string, FactorWords>;
}

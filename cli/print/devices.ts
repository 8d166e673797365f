import type { DeviceLine } from '../../analyzer/analysis/deviceLines.ts';
import type { DeviceGapLine, KernelLine } from '../../analyzer/analysis/deviceSummary.ts';
import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { fitted, moduleName, wrapped } from './text.ts';
import { count, percent, seconds } from './units.ts';

const MOST_DEVICES = 4;
const TOP_KERNELS = 5;
const NAME_WIDTH = 34;
/** Share of the run that gaps must have before they are worth a line. */
const WORTH_NAMING = 0.05;
/** Share of kernels from which on it is worth saying that they took less than their launch. */
const MANY_SHORT = 0.1;

/** What devices did: how busy they were, what launching cost, the kernels with most time; nothing for a run without. */
export function deviceLines(summary: Summary): string[] {
  const used = summary.devices.filter(
    ({ busySeconds, kernels, transfers }) => busySeconds > 0 || kernels + transfers > 0,
  );
  if (used.length === 0) return [];
  const shown = used.slice(0, MOST_DEVICES);
  const lines = shown.flatMap((device) => [
    ...busyLines(device),
    ...gapLines(
      summary.deviceGaps.find((each) => each.device === device.id),
      summary.wallSeconds,
    ),
  ]);
  if (used.length > shown.length) lines.push(`  and ${count(used.length - shown.length, 'more device')}`);
  return [...lines, ...launchLines(summary), ...kernelRows(summary)];
}

function busyLines({
  title,
  name,
  sharesMemory,
  utilisation,
  kernels,
  kernelSeconds,
  memorySeconds,
  overlappedSeconds,
}: DeviceLine): string[] {
  const parts = [`kernels ${seconds(kernelSeconds)} in ${count(kernels, 'run')}`];
  if (memorySeconds > 0) {
    const beside = overlappedSeconds > 0 ? `, ${seconds(overlappedSeconds)} of it beside kernels` : '';
    parts.push(`copies and fills ${seconds(memorySeconds)}${beside}`);
  }
  return [
    `  ${fitted(title, 24)}${name === '' ? '' : `, ${fitted(name, 40)}`}${sharesMemory ? ', same memory' : ''}: busy ${percent(utilisation)} of the run with kernels`,
    ...wrapped('    ', parts),
  ];
}

/** How long it had nothing to do between its first work and its last, and where the program was meanwhile. */
function gapLines(gaps: DeviceGapLine | undefined, wall: number): string[] {
  if (!gaps || gaps.seconds < WORTH_NAMING * wall) return [];
  const parts = [
    `${seconds(gaps.seconds)} in ${count(gaps.count, 'gap')}`,
    `the longest ${seconds(gaps.longestSeconds)}`,
  ];
  const [place] = gaps.places;
  if (place && place.function !== '')
    parts.push(`most while at ${placeOf(place)} (${seconds(place.seconds)})`);
  return wrapped('    idle between: ', parts);
}

function launchLines({ launches }: Summary): string[] {
  if (!launches) return [];
  const { calls, callSeconds, kernels, meanDelaySeconds, shorterThanLaunch, launchedAlone } = launches;
  const parts = [
    `${count(calls, 'launch', 'launches')} took ${seconds(callSeconds)} of the host`,
    `a kernel then waited ${seconds(meanDelaySeconds)} in the mean`,
  ];
  if (kernels > calls) parts[0] = `${parts[0]} for ${count(kernels, 'kernel')}`;
  if (launchedAlone > 0 && shorterThanLaunch / launchedAlone >= MANY_SHORT)
    parts.push(`${percent(shorterThanLaunch / launchedAlone)} ran shorter than their launch`);
  return wrapped('  ', parts);
}

function kernelRows({ kernels }: Summary): string[] {
  const top = kernels.filter((each) => each.seconds > 0).slice(0, TOP_KERNELS);
  if (top.length === 0) return [];
  const whole = kernels.reduce((sum, each) => sum + each.seconds, 0);
  return [
    '',
    `  ${'kernel'.padEnd(NAME_WIDTH)} ${'time'.padStart(9)} ${'share'.padStart(6)} ${'runs'.padStart(9)} ${'mean'.padStart(8)}  launched at`,
    ...top.map(
      (each) =>
        `  ${fitted(shortKernelName(each.name), NAME_WIDTH).padEnd(NAME_WIDTH)} ${seconds(each.seconds).padStart(9)} ` +
        `${percent(each.seconds / whole).padStart(6)} ${each.count.toLocaleString('en-US').padStart(9)} ` +
        `${seconds(each.meanSeconds).padStart(8)}  ${launchedAt(each)}`,
    ),
  ];
}

/** The line that launched most of its time, with how much where that is not nearly all. */
function launchedAt(kernel: KernelLine): string {
  if (kernel.function === '') return 'not known';
  const share = kernel.placeShare < 0.95 ? ` (${percent(kernel.placeShare)})` : '';
  return `${placeOf(kernel)}${share}`;
}

const placeOf = ({ function: name, file, line }: { function: string; file: string; line: number }): string =>
  file === '' ? fitted(name, 24) : `${fitted(moduleName(file), 20)}:${line}`;

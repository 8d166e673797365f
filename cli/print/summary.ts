import type { Summary } from '../../analyzer/analysis/summary.ts';
import { deviceLines } from './devices.ts';
import { efficiencyLines } from './efficiency.ts';
import { engineLines } from './engine.ts';
import { loopLines } from './loops.ts';
import { movementLines } from './movement.ts';
import { operatorLines } from './operators.ts';
import { taskLines } from './tasks.ts';
import { fitted, moduleName } from './text.ts';
import { topFindings } from './topFindings.ts';
import { count, percent, seconds, significant } from './units.ts';

const TOP_FUNCTIONS = 5;
const NAME_WIDTH = 34;

/**
 * The summary of a run as lines of text, without colour and without a newline at the end. `file`: the recording, for the commands that
 * tell more of it.
 */
export function summaryLines(summary: Summary, file: string | null = null): string[] {
  const lines = [headline(summary), figures(summary), ...sampling(summary), ...efficiencyLines(summary)];
  lines.push('', ...topFindings(summary, file));
  const tasks = [
    ...taskLines(summary),
    ...movementLines(summary),
    ...deviceLines(summary),
    ...operatorLines(summary),
    ...loopLines(summary),
    ...engineLines(summary),
  ];
  if (tasks.length > 0) lines.push('', ...tasks);
  lines.push('', ...functions(summary));
  const warnings = [
    ...summary.warnings,
    ...summary.collectors.flatMap((collector) =>
      collector.warnings.map((text) => `${collector.id}: ${text}`),
    ),
  ];
  if (warnings.length > 0) lines.push('', ...warnings.map((text) => `  ! ${text}`));
  return lines;
}

function headline(summary: Summary): string {
  const command = fitted(summary.command.join(' '), 70);
  if (summary.signal !== null) return `${command}   ended by ${summary.signal}`;
  return summary.exitCode === null ? command : `${command}   exit code ${summary.exitCode}`;
}

function figures(summary: Summary): string {
  const threads = summary.lanes.filter((lane) => lane.kind === 'thread');
  const processes = new Set(threads.map((lane) => lane.process)).size;
  const parts = [timesWords(summary)];
  if (summary.mode !== 'samples')
    parts.push(knowsCpu(summary) ? `CPU ${seconds(summary.cpuSeconds)}` : 'CPU not known');
  if (summary.wallSeconds > 0 && knowsCpu(summary) && !summary.timeless)
    parts.push(`${significant(summary.cpuSeconds / summary.wallSeconds)} cores used`);
  parts.push(`${count(processes, 'process', 'processes')}, ${count(threads.length, 'thread')}`);
  const gilWait = threads.reduce((sum, lane) => sum + lane.gilWaitSeconds, 0);
  if (gilWait >= 0.01 * summary.wallSeconds) parts.push(`${seconds(gilWait)} waiting for the GIL`);
  return `  ${parts.join('   ')}`;
}

/** How long the run took, or what there is in place of that where another tool does not tell. */
function timesWords({ mode, timeless, wallSeconds, lanes }: Summary): string {
  if (mode === 'samples')
    return `${count(
      lanes.reduce((sum, { samples }) => sum + samples, 0),
      'sample',
    )}, no times`;
  return timeless ? `${seconds(wallSeconds)} in all, order not known` : `wall ${seconds(wallSeconds)}`;
}

/** What was recorded by another tool may have times that passed, and none of the CPU. */
const knowsCpu = (summary: Summary): boolean =>
  summary.cpuSeconds > 0 || (summary.mode !== 'wall' && summary.mode !== 'samples');

function sampling(summary: Summary): string[] {
  const sampler = summary.collectors.find((each) => each.requestedHz !== null && each.id !== 'system');
  if (!sampler) return summary.origin === 'import' ? [] : ['  not sampled'];
  const reached = sampler.achievedHz === null ? '' : ` (${significant(sampler.achievedHz)} reached)`;
  const taken = [
    `sampled at ${sampler.requestedHz} Hz${reached}`,
    `${count(sampler.missed, 'tick')} missed`,
    count(sampler.samples, 'observation'),
  ];
  if (sampler.torn > 0) taken.push(`${sampler.torn} torn (${percent(sampler.torn / sampler.samples)})`);
  const cost: string[] = [];
  // Processes that nobody waited for are not in the kernel's sum; it is then no measure of what was seen.
  const kernel = summary.kernelCpuSeconds ?? 0;
  if (kernel > 0 && summary.cpuSeconds < 1.1 * kernel) {
    cost.push(`saw ${percent(summary.cpuSeconds / kernel)} of the CPU time that the kernel counted`);
  }
  if (summary.wallSeconds > 0 && knowsCpu(summary) && summary.origin !== 'import') {
    cost.push(`perfscope itself used ${percent(summary.ownCpuSeconds / summary.wallSeconds)} of a core`);
  }
  return [`  ${taken.join(', ')}`, ...(cost.length > 0 ? [`  ${cost.join(', ')}`] : [])];
}

function functions(summary: Summary): string[] {
  const { title, own, all, whole, shown } = measure(summary);
  const top = summary.functions
    .map((each) => ({ ...each, self: own(each), total: all(each) }))
    .filter((each) => each.self > 0)
    .sort((a, b) => b.self - a.self)
    .slice(0, TOP_FUNCTIONS);
  if (top.length === 0) return summary.origin === 'import' ? [] : ['  no function was seen on a CPU'];
  const share = (value: number) => percent(whole > 0 ? value / whole : 0).padStart(6);
  const rows = top.map((each) => {
    const place = each.file === '' ? '' : `${moduleName(each.file)}:${each.line}`;
    const name = fitted(each.name, NAME_WIDTH).padEnd(NAME_WIDTH);
    return `  ${name} ${shown(each.self).padStart(9)} ${share(each.self)} ${share(each.total)}  ${place}`;
  });
  return [
    `  ${'function'.padEnd(NAME_WIDTH)} ${title.padStart(9)} ${'self'.padStart(6)} ${'total'.padStart(6)}`,
    ...rows,
  ];
}

type Functions = Summary['functions'][number];

/** What functions are weighed with: CPU time where that is known, else time that passed, else how often they were seen. */
function measure(summary: Summary) {
  const { lanes } = summary;
  if (summary.mode === 'samples')
    return {
      title: 'self',
      own: ({ samples }: Functions) => samples,
      all: ({ totalSamples }: Functions) => totalSamples,
      whole: lanes.reduce((sum, lane) => sum + lane.samples, 0),
      shown: (value: number) => value.toLocaleString('en-US'),
    };
  if (knowsCpu(summary))
    return {
      title: 'self CPU',
      own: ({ selfSeconds }: Functions) => selfSeconds,
      all: ({ totalSeconds }: Functions) => totalSeconds,
      whole: summary.cpuSeconds,
      shown: seconds,
    };
  return {
    title: 'self wall',
    own: ({ selfWallSeconds }: Functions) => selfWallSeconds,
    all: ({ totalWallSeconds }: Functions) => totalWallSeconds,
    whole: lanes.reduce((sum, lane) => sum + lived(lane), 0),
    shown: seconds,
  };
}

const lived = ({ startSeconds, endSeconds }: Summary['lanes'][number]): number => endSeconds - startSeconds;

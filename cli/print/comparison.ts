import type { Checked, Prediction } from '../../analyzer/advice/predictions.ts';
import type { Change, Comparison, Factor, FunctionChange } from '../../analyzer/analysis/comparison/index.ts';
import { gainRange, gainWords, placeWords, times } from './findings.ts';
import { fitted, moduleName, plain } from './text.ts';
import { bytes, seconds, significant } from './units.ts';

const TOP_FUNCTIONS = 8;
const TOP_TASKS = 5;
const NAME_WIDTH = 34;

const FACTOR_NAMES: Readonly<Record<Factor, string>> = {
  parallel: 'parallel efficiency',
  loadBalance: 'load balance',
  communication: 'communication',
  contention: 'contention',
  gil: 'GIL',
  overlap: 'overlap',
  supply: 'supply',
  device: 'device efficiency',
};

/** Two runs beside each other for people. `threshold`: the share below which nothing is said to have moved. */
export function comparisonLines(
  comparison: Comparison,
  checked: Checked,
  directory: string,
  threshold: number,
): string[] {
  const lines = [headline(comparison, threshold), ...predictions(checked, directory)];
  for (const part of [efficiency(comparison), functions(comparison), moved(comparison), tasks(comparison)])
    if (part.length > 0) lines.push('', ...part);
  const { warnings } = comparison;
  if (warnings.length > 0) lines.push('', ...warnings.map((text) => `  ! ${fitted(text, 300)}`));
  return lines;
}

function headline({ before, after, wallRatio }: Comparison, threshold: number): string {
  const cpu = `CPU ${seconds(before.cpuSeconds)} -> ${seconds(after.cpuSeconds)}`;
  const wall = `wall ${seconds(before.wallSeconds)} -> ${seconds(after.wallSeconds)}`;
  return `${fitted(after.command.join(' '), 60)}   ${wall}, ${pace(wallRatio, threshold)}   ${cpu}`;
}

function pace(ratio: number | null, threshold: number): string {
  if (ratio === null) return 'which cannot be compared';
  if (ratio > 1 + threshold) return `${times(ratio)} faster`;
  return ratio < 1 / (1 + threshold) ? `${times(1 / ratio)} slower` : 'as fast as before';
}

function predictions({ predictions: all, together, fresh }: Checked, directory: string): string[] {
  const lines = all.map((each) => `  ${named(each, directory)}: ${verdict(each, together !== null)}`);
  if (together !== null) {
    const { predicted, measured, inside } = together;
    const foreseen =
      predicted === null ? 'no gain was predicted of all' : `predicted ${gainRange(predicted)}`;
    lines.push(
      `  ${together.rules.join(', ')} together: ${foreseen}, got ${times(measured)}${side(measured, predicted, inside)}; ` +
        'what each of them gave cannot be told from two runs',
    );
  }
  for (const finding of fresh) {
    const gain = gainWords(finding);
    lines.push(`  new: ${named(finding, directory)}${gain === '' ? '' : `: ${gain}`}`);
  }
  return lines;
}

function named(of: Pick<Prediction, 'rule' | 'title' | 'location'>, directory: string): string {
  const place = placeWords(of, directory);
  return `${plain(of.rule)}${place === '' ? '' : ` at ${place}`}, ${fitted(of.title, 80)}`;
}

function verdict(
  { outcome, predicted, withheld, measured, inside }: Prediction,
  isOneOfSeveral: boolean,
): string {
  if (outcome === 'still there') return 'not acted on';
  const foreseen =
    predicted !== null
      ? `predicted ${gainRange(predicted)}`
      : `no gain was predicted${withheld === null ? '' : ` (${plain(withheld)})`}`;
  if (measured === null)
    return isOneOfSeveral ? `gone; ${foreseen}` : `gone; ${foreseen}, and nothing was measured`;
  return `${foreseen}, got ${times(measured)}${side(measured, predicted, inside)}`;
}

function side(measured: number, predicted: Prediction['predicted'], inside: boolean | null): string {
  if (inside === null || predicted === null) return '';
  if (inside) return ': inside';
  return measured < predicted.lo ? ': less than predicted' : ': more than predicted';
}

function efficiency({ efficiency: factors }: Comparison): string[] {
  const two = (value: number) => value.toFixed(2);
  return (Object.keys(FACTOR_NAMES) as Factor[]).flatMap((factor) => {
    const { before, after } = factors[factor];
    const isPerfect = before === 1 && after === 1;
    return isPerfect || (before === null && after === null)
      ? []
      : [`  ${FACTOR_NAMES[factor].padEnd(20)} ${arrow(factors[factor], two)}`];
  });
}

function functions({ functions: all }: Comparison): string[] {
  if (all.length === 0) return [];
  const rows = all.slice(0, TOP_FUNCTIONS).map(functionLine);
  if (all.length > TOP_FUNCTIONS) rows.push(`  and ${all.length - TOP_FUNCTIONS} more`);
  const head = ['before', 'after', 'change'].map((word) => word.padStart(9)).join(' ');
  return [`  ${'function, own time'.padEnd(NAME_WIDTH)} ${head}`, ...rows];
}

function functionLine({ name, file, line, before, after, delta }: FunctionChange): string {
  const byCpu = [before, after].some((each) => (each?.selfSeconds ?? 0) > 0);
  const own = (of: FunctionChange['before']) =>
    (of === null ? '–' : seconds(byCpu ? of.selfSeconds : of.selfWallSeconds)).padStart(9);
  const place = file === '' ? '' : `${moduleName(file)}:${line}`;
  return `  ${fitted(name, NAME_WIDTH).padEnd(NAME_WIDTH)} ${own(before)} ${own(after)} ${signed(delta).padStart(9)}  ${place}`;
}

const signed = (delta: number): string => `${delta < 0 ? '-' : '+'}${seconds(Math.abs(delta))}`;

function moved({ transfers }: Comparison): string[] {
  return transfers
    .filter(({ bytes: volume }) => (volume.before ?? 0) + (volume.after ?? 0) > 0)
    .map(
      ({ direction, bytes: volume, seconds: took }) =>
        `  moved ${direction.padEnd(11)} ${arrow(volume, bytes)}   in ${arrow(took, seconds)}`,
    );
}

function tasks({ tasks: all }: Comparison): string[] {
  const lines = all
    .slice(0, TOP_TASKS)
    .map(({ function: name, count, runSeconds, poolCount, pickleSeconds }) => {
      const figures = [
        `${arrow(count, whole)} in ${arrow(poolCount, whole)} ${arrow(poolCount, whole) === '1' ? 'pool' : 'pools'}`,
        `running ${arrow(runSeconds, seconds)}`,
        ...(isNothing(pickleSeconds) ? [] : [`pickling ${arrow(pickleSeconds, seconds)}`]),
      ];
      return `  tasks of ${fitted(name || 'an unknown function', 40)}: ${figures.join(', ')}`;
    });
  return all.length > TOP_TASKS ? [...lines, `  and ${all.length - TOP_TASKS} more`] : lines;
}

const whole = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en-US') : significant(value);
const isNothing = ({ before, after }: Change): boolean => !before && !after;

function arrow({ before, after }: Change, shown: (value: number) => string): string {
  const [then, now] = [before, after].map((value) => (value === null ? 'none' : shown(value)));
  return then === now ? String(then) : `${then} -> ${now}`;
}

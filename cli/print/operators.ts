import type { OperatorLine } from '../../analyzer/analysis/operatorSummary.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { fitted, moduleName } from './text.ts';
import { count, percent, seconds } from './units.ts';

const TOP = 5;
const NAME_WIDTH = 34;

/** PyTorch's operators with most time of their own, and the lines that they ran for. */
export function operatorLines({ operators }: Summary): string[] {
  const top = operators.filter((each) => each.selfSeconds > 0).slice(0, TOP);
  if (top.length === 0) return [];
  const whole = operators.reduce((sum, each) => sum + each.selfSeconds, 0);
  const calls = operators.reduce((sum, each) => sum + each.count, 0);
  return [
    `  ${count(calls, 'operator')} of PyTorch, ${seconds(whole)} in all`,
    `    ${'operator'.padEnd(NAME_WIDTH)} ${'count'.padStart(9)} ${'self'.padStart(9)} ${'share'.padStart(6)}  mostly for`,
    ...top.map((each) => {
      const name = fitted(each.name, NAME_WIDTH).padEnd(NAME_WIDTH);
      const its = `${each.count.toLocaleString('en-US').padStart(9)} ${seconds(each.selfSeconds).padStart(9)}`;
      return `    ${name} ${its} ${percent(each.selfSeconds / whole).padStart(6)}  ${site(each)}`.trimEnd();
    }),
  ];
}

/** Where no look fell into one, or none at a line of which it is known that it ran for it, nothing is said. */
function site({ sites: [first] }: OperatorLine): string {
  return first && first.file !== '' ? `${moduleName(first.file)}:${first.line}` : '';
}

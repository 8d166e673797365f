import type { Summary } from '../../analyzer/analysis/summary.ts';
import type { Tier } from '../../analyzer/model/index.ts';
import { fitted, moduleName, plain, wrapped } from './text.ts';
import { count, percent } from './units.ts';

const MOST_DEOPTS = 3;
const NAMES: Partial<Record<Tier, string>> = {
  builtin: 'in builtins',
  regexp: 'in regular expressions',
  native: 'native',
  gc: 'collecting garbage',
};

/** What V8 ran and what it gave up: a line each, where its log was read. */
export function engineLines({ tiers, deopts }: Summary): string[] {
  const ticks = tiers.reduce((sum, each) => sum + each.ticks, 0);
  const parts = tiers.map((each) => `${NAMES[each.tier] ?? each.tier} ${percent(each.ticks / ticks)}`);
  const lines = wrapped(`  V8 in ${count(ticks, 'tick')}: `, parts);
  const times = deopts.reduce((sum, each) => sum + each.count, 0);
  if (times === 0) return lines;
  lines.push(`  ${count(times, 'deoptimisation')}, most often:`);
  for (const { function: called, atFile, atLine, kind, reason, count: often } of deopts.slice(
    0,
    MOST_DEOPTS,
  )) {
    const place = atFile === '' ? '' : ` at ${moduleName(atFile)}:${atLine}`;
    lines.push(
      `    ${often} x ${fitted(called || 'unknown function', 30)}${place}, ${kind}: ${plain(reason)}`,
    );
  }
  return lines;
}

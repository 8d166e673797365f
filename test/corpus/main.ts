/**
 * `npm run corpus -- [RULE | RULE/CASE | clean | clean/NAME ...]`: records planted, fixed and clean programs and holds what the
 * rules say of them, and the gains that they predict, against the marked lines and against the clock. It needs the machine for itself.
 * `--kept FOLDER` keeps recordings and times there, and judges what is there already without running it again.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MOST_OTHERS } from '../../analyzer/advice/quiet.ts';
import { CLI } from '../harness/perfscope.ts';
import { judge, median, missedGoals, totalsOf, type Verdict, words } from './judgement.ts';
import { Bench, Skipped } from './measure.ts';
import { caseLines, noiseOf, totalLines } from './print.ts';
import { type Case, casesOf, cleanOf, type PlantedSeverity, SEVERITIES } from './workloads.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '3' },
    severity: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    kept: { type: 'string' },
  },
});
const repeats = values.quick ? 1 : Number(values.repeats);
const severities = SEVERITIES.filter(
  (each) => each === (values.severity ?? (values.quick ? 'medium' : each)),
);
const isWanted = (group: string, name: string): boolean =>
  positionals.length === 0 || positionals.includes(group) || positionals.includes(`${group}/${name}`);
const say = (line: string) => process.stdout.write(`${line}\n`);

interface Row {
  readonly title: string;
  readonly verdict: Verdict;
  readonly measured: number;
  readonly withheld: string | null;
  /** Cores that other processes took while it was recorded. */
  readonly others: number | null;
}
const rows: Row[] = [];
const alarms: string[] = [];
const skipped: string[] = [];
const broken: string[] = [];

/** What `work` gives; null where it cannot run here, or does not run as it should, which is told. */
function attempt<T>(title: string, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isSkipped = error instanceof Skipped;
    (isSkipped ? skipped : broken).push(`${title}: ${reason}`);
    say(`${title.padEnd(38)} ${isSkipped ? 'skipped' : 'BROKEN'}: ${reason}`);
    return null;
  }
}

function runCase(bench: Bench, each: Case, severity: PlantedSeverity): void {
  const title = `${each.rule}/${each.name} ${severity}`;
  attempt(title, () => {
    const [line] = each.markers;
    if (line === undefined) throw new Error(`no line of planted has the comment "here: ${each.rule}"`);
    const timing = bench.time(each.planted, each.fixed, [severity], repeats);
    const planted = bench.tell(each.planted, [severity]);
    const fixed = bench.tell(each.fixed, [severity]);
    const measured = timing.planted / timing.fixed;
    const verdict = judge({
      rule: each.rule,
      name: each.name,
      severity,
      file: each.planted.path,
      line,
      also: each.also,
      planted: planted.findings,
      fixed: fixed.findings,
      measured,
    });
    rows.push({ title, verdict, measured, withheld: planted.withheld, others: planted.others });
    for (const text of caseLines(title, verdict, measured, noiseOf(timing, planted.others, repeats)))
      say(text);
  });
}

function main(): number {
  if (!(Number.isInteger(repeats) && repeats > 0) || severities.length === 0) {
    process.stderr.write(
      'corpus: --repeats takes a positive whole number, --severity mild, medium or severe\n',
    );
    return 2;
  }
  if (!existsSync(CLI)) {
    process.stderr.write('corpus: there is no dist/cli.js; run npm run build first\n');
    return 2;
  }
  const cases = casesOf().filter(({ rule, name }) => isWanted(rule, name));
  const clean = cleanOf().filter(({ name }) => isWanted('clean', name));
  if (cases.length + clean.length === 0) {
    process.stderr.write(`corpus: there is no program ${positionals.join(' or ') || 'in it'}\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'perfscope-corpus-'));
  try {
    const bench = new Bench(folder, values.kept);
    for (const each of cases) for (const severity of severities) runCase(bench, each, severity);
    for (const { name, program } of clean) {
      const title = `clean/${name}`;
      const told = attempt(title, () => bench.tell(program, []));
      if (!told) continue;
      const { findings, others } = told;
      const noise = others === null ? '' : `(others ${others.toFixed(2)} cores)`;
      say(`${title.padEnd(38)} ${findings.length === 0 ? 'silent' : 'FALSE ALARM'}  ${noise}`);
      for (const finding of findings) {
        say(`    ! ${words(finding)}`);
        alarms.push(`${title}: ${words(finding)}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const totals = totalsOf(
    rows.map(({ verdict }) => verdict),
    alarms.length,
  );
  const noisy = rows.filter(({ withheld }) => withheld !== null).length;
  say('');
  for (const text of totalLines(totals)) say(text);
  say(
    `${rows.length} planted, ${clean.length} clean, ${skipped.length} skipped, ${broken.length} broken; ` +
      `a user would have been told no gain of ${noisy}`,
  );
  const others = median(rows.flatMap((row) => row.others ?? []));
  if (others !== null && others > MOST_OTHERS)
    say(
      `Other processes took ${others.toFixed(2)} cores (median): measured gains say more of them than of the rules.`,
    );
  if (values.json !== undefined)
    writeFileSync(
      values.json,
      `${JSON.stringify({ version: 1, totals, rows, alarms, skipped, broken }, null, 2)}\n`,
    );
  return missedGoals(totals).length > 0 || broken.length > 0 ? 1 : 0;
}

process.exitCode = main();

import { Option } from 'commander';
import { advise } from '../../analyzer/advice/index.ts';
import { caveatsOf } from '../../analyzer/analysis/comparison/caveats.ts';
import {
  checkLimits,
  exceeds,
  type LimitCheck,
  type Limits,
  TOLERATED,
  type Tolerated,
} from '../../analyzer/analysis/limits.ts';
import { type Summary, summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { toSarif } from '../../analyzer/formats/sarif.ts';
import { type RecordingMeta, UserError } from '../../analyzer/model/index.ts';
import { version } from '../assets.ts';
import { EXIT_LIMIT, EXIT_USAGE } from '../errors.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT, parseDuration, parseShare, parseSize } from '../options.ts';
import { LIMITS, limitLine, limitWords } from '../print/limits.ts';
import { fitted } from '../print/text.ts';
import { sarifRules } from '../rulePages.ts';
import type { RegisterCommand } from './index.ts';

interface CheckOptions {
  readonly minEfficiency?: number;
  readonly maxTransfer?: number;
  readonly maxFinding?: Tolerated;
  readonly maxWall?: number;
  readonly baseline?: string;
  readonly tolerance?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly sarif?: boolean;
}

/** Wall times of one program differ by some percent between runs on shared machines, as CI's are. */
const DEFAULT_TOLERANCE = 0.1;

export const checkCommand: RegisterCommand = (program, exit) => {
  program
    .command('check')
    .description('hold a recording to limits, with exit code 4 when one is exceeded')
    .argument('<file>', FILE_ARGUMENT)
    .option('--min-efficiency <share>', 'parallel efficiency, or else that of the devices', parseShare(1))
    .option('--max-transfer <volume>', 'bytes moved in all, such as 1GB', parseSize)
    .addOption(
      new Option('--max-finding <severity>', 'most severe finding to tolerate').choices([...TOLERATED]),
    )
    .option('--max-wall <time>', 'wall time, such as 10s', parseDuration)
    .option('--baseline <file>', 'recording whose wall time is not to be exceeded')
    .option('--tolerance <share>', 'by how much it may be, 10% without this', parseShare(1))
    .option('--strict', 'fail for a limit that cannot be judged')
    .option('--json', 'print one JSON document')
    .addOption(new Option('--sarif', 'print SARIF 2.1.0: findings and exceeded limits').conflicts('json'))
    .action(async (file: string, options: CheckOptions) => {
      refuseNonsense(options);
      const trace = new Trace(await open(file));
      const summary = summarize(trace, advise(trace));
      const { limits, warnings } = await limitsOf(options, summary);
      const checks = checkLimits(summary, limits);
      const isFailed = ({ status }: LimitCheck) =>
        status === 'failed' || (options.strict && status === 'unknown');
      const failed = checks.filter(isFailed);
      if (options.json)
        print(
          JSON.stringify({
            version: 1,
            ok: failed.length === 0,
            checks,
            warnings,
            findings: summary.findings,
          }),
        );
      else if (options.sarif) print(JSON.stringify(sarifOf(trace.meta, summary, failed, limits)));
      else for (const line of textOf(checks, warnings)) print(line);
      if (failed.length > 0) exit(EXIT_LIMIT);
    });
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function refuseNonsense(options: CheckOptions): void {
  const { minEfficiency, maxTransfer, maxFinding, maxWall, baseline, tolerance } = options;
  if (tolerance !== undefined && baseline === undefined)
    throw new UserError('--tolerance is for --baseline, which is missing.', EXIT_USAGE);
  if ([minEfficiency, maxTransfer, maxFinding, maxWall, baseline].every((each) => each === undefined))
    throw new UserError(
      'check needs a limit, such as --min-efficiency 0.7 or --max-finding medium.',
      EXIT_USAGE,
    );
}

async function limitsOf(
  options: CheckOptions,
  summary: Summary,
): Promise<{ limits: Limits; warnings: readonly string[] }> {
  const { minEfficiency, maxTransfer, maxFinding, maxWall, baseline: path } = options;
  const limits = {
    ...(minEfficiency === undefined ? {} : { minEfficiency }),
    ...(maxTransfer === undefined ? {} : { maxTransfer }),
    ...(maxFinding === undefined ? {} : { maxFinding }),
    ...(maxWall === undefined ? {} : { maxWall }),
  };
  if (path === undefined) return { limits, warnings: [] };
  const before = summarize(await open(path));
  const baseline = { wallSeconds: before.wallSeconds, tolerance: options.tolerance ?? DEFAULT_TOLERANCE };
  return { limits: { ...limits, baseline }, warnings: caveatsOf(before, summary) };
}

const textOf = (checks: readonly LimitCheck[], warnings: readonly string[]): string[] => [
  ...checks.map(limitLine),
  ...warnings.map((text) => `  ! ${fitted(text, 300)}`),
];

/** Findings that exceed what is tolerated, or all where nothing is said of them; limits of other kinds as results of their own. */
function sarifOf(
  meta: RecordingMeta,
  { findings }: Summary,
  failed: readonly LimitCheck[],
  { maxFinding }: Limits,
) {
  return toSarif({
    meta,
    version: version(),
    rules: sarifRules(),
    findings: findings.filter(({ severity }) => maxFinding === undefined || exceeds(severity, maxFinding)),
    failures: failed
      .filter(({ limit }) => limit !== 'max-finding')
      .map((check) => {
        const { name, bound } = LIMITS[check.limit];
        const title = `A limit: ${name}, ${bound}`;
        return {
          rule: { id: check.limit, title, page: title },
          message: limitWords(check),
          properties: { ...check },
        };
      }),
  });
}

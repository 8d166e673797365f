import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import { type DeviceMetric, isDeviceMetric } from '../../analyzer/analysis/kernelCalls.ts';
import { type Metric, metricOfMode } from '../../analyzer/analysis/weights.ts';
import { toChromeTrace } from '../../analyzer/formats/chromeTrace/write.ts';
import { toCollapsed } from '../../analyzer/formats/collapsed/write.ts';
import { toCpuProfile } from '../../analyzer/formats/cpuProfile/write.ts';
import { toPprof } from '../../analyzer/formats/pprof/write.ts';
import { toSpeedscope } from '../../analyzer/formats/speedscope/write.ts';
import { type Recording, UserError } from '../../analyzer/model/index.ts';
import { EXIT_USAGE } from '../errors.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT, METRICS } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import type { RegisterCommand } from './index.ts';

/** What a recording is written as: text, or bytes that are no text. */
type Write = (recording: Recording, metric: Metric) => string | Uint8Array;

/** The formats that a recording can be written in, by name. */
const FORMATS: Readonly<Record<string, Write>> = {
  speedscope: (recording, metric) => JSON.stringify(toSpeedscope(recording, metric)),
  collapsed: toCollapsed,
  pprof: toPprof,
  cpuprofile: (recording, metric) => JSON.stringify(toCpuProfile(recording, metric)),
  'chrome-trace': toChromeTrace,
};
/** The same for time of devices, in the formats that hold it. */
const OF_DEVICES: Readonly<Record<string, (recording: Recording, metric: DeviceMetric) => string>> = {
  speedscope: (recording, metric) => JSON.stringify(toSpeedscope(recording, metric)),
  collapsed: toCollapsed,
  'chrome-trace': toChromeTrace,
};

interface ExportOptions {
  readonly format: string;
  readonly metric?: Metric | DeviceMetric;
  readonly output?: string;
  readonly force?: boolean;
}

export const exportCommand: RegisterCommand = (program) => {
  program
    .command('export')
    .description('write a recording in the format of another tool')
    .argument('<file>', FILE_ARGUMENT)
    .addOption(
      new Option('-f, --format <format>', 'format to write')
        .choices(Object.keys(FORMATS))
        .makeOptionMandatory(),
    )
    .addOption(new Option('-m, --metric <metric>', 'what stacks are weighed with').choices([...METRICS]))
    .option('-o, --output <file>', 'file to write; standard output without it')
    .option('--force', 'overwrite the file')
    .action(async (file: string, options: ExportOptions) => {
      if (options.output !== undefined) refuseToOverwrite(options.output, options.force === true);
      const recording = await open(file);
      const metric = options.metric ?? metricOfMode[recording.meta.mode];
      const written = writtenAs(options.format, recording, metric);
      if (options.output !== undefined) writeFileSync(options.output, written);
      else if (typeof written !== 'string' && process.stdout.isTTY)
        throw new UserError(`${options.format} is no text. Give a file with -o.`, EXIT_USAGE);
      else process.stdout.write(written);
    });
};

function writtenAs(format: string, recording: Recording, metric: Metric | DeviceMetric): string | Uint8Array {
  if (!isDeviceMetric(metric)) return FORMATS[format]?.(recording, metric) ?? '';
  const write = OF_DEVICES[format];
  if (write) return write(recording, metric);
  throw new UserError(
    `${format} holds no time of devices. ${Object.keys(OF_DEVICES).join(', ')} do.`,
    EXIT_USAGE,
  );
}

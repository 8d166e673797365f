import { writeFileSync } from 'node:fs';
import { Option } from 'commander';
import type { DeviceMetric } from '../../analyzer/analysis/kernelCalls.ts';
import { type Metric, metricOfMode } from '../../analyzer/analysis/weights.ts';
import { toCollapsed } from '../../analyzer/formats/collapsed/write.ts';
import { toSpeedscope } from '../../analyzer/formats/speedscope/write.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT, METRICS } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import type { RegisterCommand } from './index.ts';

/** The formats that a recording can be written in, by name. */
const FORMATS: Readonly<Record<string, (recording: Recording, metric: Metric | DeviceMetric) => string>> = {
  speedscope: (recording, metric) => JSON.stringify(toSpeedscope(recording, metric)),
  collapsed: toCollapsed,
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
      const text = FORMATS[options.format]?.(recording, metric) ?? '';
      if (options.output === undefined) process.stdout.write(text);
      else writeFileSync(options.output, text);
    });
};

import { Option } from 'commander';
import { NODE_RATE } from '../../analyzer/collect/node/index.ts';
import { placeOutput } from '../../analyzer/collect/output.ts';
import { TICK_RATE } from '../../analyzer/collect/v8-ticks/index.ts';
import { type SamplingMode, UserError } from '../../analyzer/model/index.ts';
import { EXIT_USAGE } from '../errors.ts';
import { DEFAULT_RATE, MODES, parseDuration, parseRate } from '../options.ts';
import { NODE_ENGINES, type NodeEngine, type NodeRequest } from '../record/nodeSource.ts';
import { recordRun } from '../record/run.ts';
import type { AgentChoice } from '../record/source.ts';
import type { RegisterCommand } from './index.ts';

interface RecordOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly rate?: number;
  readonly mode: SamplingMode;
  readonly duration?: number;
  readonly children: boolean;
  readonly sources: boolean;
  readonly pythonAgent: AgentChoice;
  readonly pools: boolean;
  readonly torchOps?: boolean;
  readonly nodeAgent: boolean;
  readonly gpu: boolean;
  readonly gpuStacks?: boolean;
  readonly engine: NodeEngine;
  readonly live: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const recordCommand: RegisterCommand = (program, exit) => {
  program
    .command('record')
    .description('run a command and record it')
    .argument('<command...>', 'the command and its arguments, after --')
    .option('-o, --output <file>', 'recording to write; run.perfscope without it')
    .option('--force', 'overwrite the recording')
    .option(
      '-r, --rate <hz>',
      `samples a second of each thread, 1 to 10000 (default: ${DEFAULT_RATE}, of JavaScript ${NODE_RATE})`,
      parseRate,
    )
    .addOption(
      new Option('-m, --mode <mode>', 'what views weigh samples with').choices([...MODES]).default('cpu'),
    )
    .option('-d, --duration <time>', 'stop recording after this time; the command goes on', parseDuration)
    .option('--no-children', 'leave out processes that the command starts')
    .addOption(
      new Option('--python-agent <when>', 'sample Python from inside its processes')
        .choices(['auto', 'on', 'off'])
        .default('auto', 'where outside does not work'),
    )
    .option('--no-sources', 'keep no text of source files in the recording')
    .option('--no-pools', 'put nothing into Python programs to see the tasks of their pools')
    .option('--torch-ops', 'record the operators that PyTorch runs, from inside Python programs')
    .option('--no-node-agent', 'put nothing into Node programs to see their JavaScript')
    .option('--no-gpu', 'put nothing into programs to see what they have devices do')
    .option(
      '--gpu-stacks',
      'take the Python stack inside each CUDA call that launches, which costs some us each',
    )
    .addOption(
      new Option('--engine <engine>', 'who tells where the JavaScript of Node programs is')
        .choices([...NODE_ENGINES])
        .default('inspector', 'V8 through its inspector'),
    )
    .option('--no-live', 'give the command the terminal, and show no live view')
    .option('-q, --quiet', 'print no summary')
    .option('--json', 'print the summary as one JSON document on standard output, and no live view')
    .passThroughOptions()
    .action(async (command: string[], options: RecordOptions) => {
      const code = await recordRun({
        command,
        place: placeOutput(options.output ?? null, options.force === true),
        rate: options.rate ?? DEFAULT_RATE,
        node: nodeRequest(options),
        mode: options.mode,
        duration: options.duration ?? null,
        children: options.children,
        sources: options.sources,
        agent: options.pythonAgent,
        pools: options.pools,
        torchOperators: options.torchOps === true,
        gpu: options.gpu,
        gpuStacks: options.gpuStacks === true,
        live: options.live && !options.json && isTerminal(),
        summary: options.json ? 'json' : options.quiet ? 'none' : 'text',
      });
      exit(code);
    });
};

/** Throws a UserError when the options do not go together. */
function nodeRequest({ nodeAgent, engine, rate }: RecordOptions): NodeRequest | null {
  if (nodeAgent) return { engine, rate: rate ?? (engine === 'v8-ticks' ? TICK_RATE : NODE_RATE) };
  if (engine === 'v8-ticks')
    throw new UserError('--engine v8-ticks needs the agent that --no-node-agent leaves out.', EXIT_USAGE);
  return null;
}

/** A live view needs the whole terminal: keys, screen, and a program whose output goes nowhere else. */
function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.stderr.isTTY === true;
}

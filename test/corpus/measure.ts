import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { conclude, findingOf } from '../../analyzer/advice/index.ts';
import { coresOfOthers, reasonToWithhold } from '../../analyzer/advice/quiet.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { CLI } from '../harness/perfscope.ts';
import { type Command, Commands } from './commands.ts';
import { median } from './judgement.ts';
import { CORPUS, type Program } from './workloads.ts';

const LIMIT_MS = 60_000;
/** What a program exits with that lacks a module. */
const SKIPPED = 77;

/** A program that cannot run here: not a failure of anybody. */
export class Skipped extends Error {}

/** Wall times in seconds: medians, and by how much the slowest run of one program was slower than its fastest. */
export interface Timing {
  readonly planted: number;
  readonly fixed: number;
  readonly spread: number;
}

export interface Told {
  /** In their order, with the gains that a user of a noisy machine is not told. */
  readonly findings: readonly Finding[];
  /** Why a user is told no gain; null where one is told. */
  readonly withheld: string | null;
  /** Cores that other processes took meanwhile; null where nobody looked. */
  readonly others: number | null;
}

/** Runs the programs of a corpus, in `folder`, with and without perfscope. What is in `kept` already is not run again, and what is run is kept there. */
export class Bench {
  private readonly folder: string;
  private readonly kept: string | null;
  private readonly commands: Commands;
  private readonly known = new Map<string, Command>();
  private readonly warmed = new Set<string>();

  constructor(folder: string, kept?: string) {
    this.folder = folder;
    this.kept = kept ?? null;
    if (this.kept !== null) mkdirSync(this.kept, { recursive: true });
    this.commands = new Commands(folder);
  }

  /**
   * Runs both programs in turn, `repeats` times, so that a slow minute of the machine hits both. Throws when they print different
   * things or end with an error.
   */
  time(planted: Program, fixed: Program, args: readonly string[], repeats: number): Timing {
    const kept = this.keptAs(planted, args, 'json');
    if (kept !== null && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Timing;
    const timing = this.timed(planted, fixed, args, repeats);
    if (kept !== null) writeFileSync(kept, JSON.stringify(timing));
    return timing;
  }

  private timed(planted: Program, fixed: Program, args: readonly string[], repeats: number): Timing {
    for (const program of [planted, fixed]) this.warm(program, args);
    const times: [number[], number[]] = [[], []];
    for (let round = 0; round < repeats; round++) {
      const [first, second] = [this.run(planted, args), this.run(fixed, args)];
      if (first.output !== second.output) throw new Error('planted and fixed print different things');
      times[0].push(first.seconds);
      times[1].push(second.seconds);
    }
    const spreads = times.map((each) => Math.max(...each) / Math.min(...each) - 1);
    return { planted: median(times[0]) ?? 0, fixed: median(times[1]) ?? 0, spread: Math.max(...spreads) };
  }

  /** Records a program and asks the rules. */
  tell(program: Program, args: readonly string[]): Told {
    const kept = this.keptAs(program, args, 'perfscope');
    const file = kept ?? join(this.folder, 'run.perfscope');
    if (kept === null || !existsSync(kept)) {
      const flags = ['record', '--force', '--no-live', '-q', '-o', file, ...program.flags];
      this.run(program, args, [process.execPath, CLI, ...flags, '--']);
    }
    const trace = new Trace(openRecording(file));
    if (kept === null) rmSync(file);
    return {
      findings: conclude(trace).map((each) => findingOf(trace, each, null)),
      withheld: reasonToWithhold(trace),
      others: coresOfOthers(trace),
    };
  }

  private keptAs(program: Program, args: readonly string[], ending: string): string | null {
    if (this.kept === null) return null;
    const name = relative(CORPUS, program.path).replaceAll(/[^\w.-]+/g, '_');
    return join(this.kept, `${[name, ...args].join('-')}.${ending}`);
  }

  /** The first run of a program fills caches (a device's compiler has one, the file system) that are there for whoever runs it daily. */
  private warm(program: Program, args: readonly string[]): void {
    if (this.warmed.has(program.path)) return;
    this.warmed.add(program.path);
    this.run(program, args);
  }

  private run(program: Program, args: readonly string[], under: readonly string[] = []) {
    const [executable = '', ...rest] = [...under, ...this.argvOf(program), ...args];
    const start = process.hrtime.bigint();
    const ended = spawnSync(executable, rest, {
      cwd: this.folder,
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    if (ended.error) throw ended.error;
    const said = (ended.stderr || ended.stdout).trim().split('\n').at(-1) ?? '';
    if (ended.status === SKIPPED) throw new Skipped(said);
    if (ended.status !== 0)
      throw new Error(`${program.path} ended with ${ended.status ?? ended.signal}: ${said}`);
    return { seconds, output: ended.stdout };
  }

  private argvOf(program: Program): readonly string[] {
    const command = this.known.get(program.path) ?? this.commands.of(program);
    this.known.set(program.path, command);
    if ('missing' in command) throw new Skipped(command.missing);
    return command.argv;
  }
}

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UserError } from '../model/index.ts';

export interface TargetEnd {
  /** As a shell reports it: 128 + n for a program that signal n ended. */
  readonly exitCode: number;
  readonly signal: string | null;
}

/** The command under perfscope: started as a shell would start it, with nothing of perfscope around it. */
export class Target {
  readonly pid: number;
  readonly ended: Promise<TargetEnd>;
  private readonly child: ChildProcess;
  private hasEnded = false;

  private constructor(child: ChildProcess, pid: number) {
    this.child = child;
    this.pid = pid;
    this.ended = new Promise((resolve) => {
      // 'close' and not 'exit' where output is piped: what the program wrote last must be there.
      child.once(child.stdout ? 'close' : 'exit', (code: number | null, signal: NodeJS.Signals | null) => {
        this.hasEnded = true;
        resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0), signal });
      });
    });
  }

  /**
   * `live` gives the program pipes for its output and no input; otherwise it has perfscope's own descriptors. Rejects with
   * a UserError whose exit code is the shell's: 127 for a program that is not there, 126 for one that cannot be run.
   */
  static start(command: readonly string[], environment: NodeJS.ProcessEnv, live: boolean): Promise<Target> {
    const [program, ...rest] = command;
    if (program === undefined) throw new UserError('no command given.', 2);
    const stdio: StdioOptions = live ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(program, rest, { stdio, env: environment });
    return new Promise((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') {
          reject(
            new UserError(`cannot start "${program}": no such program was found.`, 127, { cause: error }),
          );
        } else if (error.code === 'EACCES') {
          reject(new UserError(`cannot start "${program}": it is not executable.`, 126, { cause: error }));
        } else reject(new UserError(`cannot start "${program}": ${error.message}.`, 126, { cause: error }));
      });
      child.once('spawn', () => {
        if (child.pid === undefined) reject(new Error('a started process has no id'));
      });
      // The process exists as soon as spawn() returns with an id: waiting for 'spawn' would leave its first moments unseen.
      if (child.pid !== undefined) resolve(new Target(child, child.pid));
    });
  }

  get alive(): boolean {
    return !this.hasEnded;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  onOutput(listener: (chunk: Buffer, stream: 'stdout' | 'stderr') => void): void {
    this.child.stdout?.on('data', (chunk: Buffer) => listener(chunk, 'stdout'));
    this.child.stderr?.on('data', (chunk: Buffer) => listener(chunk, 'stderr'));
  }
}

import { CPythonCollector } from '../../analyzer/collect/cpython/index.ts';
import { attachPython } from '../../analyzer/collect/cpython/runtime/runtime.ts';
import { nvidiaCollectors } from '../../analyzer/collect/nvidia/index.ts';
import type { OutputPlace } from '../../analyzer/collect/output.ts';
import { beganAt, commandLine, taskStatus } from '../../analyzer/collect/process/procfs.ts';
import { Session } from '../../analyzer/collect/session.ts';
import { SystemCollector } from '../../analyzer/collect/system/index.ts';
import { Interner, type SamplingMode, UserError } from '../../analyzer/model/index.ts';
import { samplerScript, version } from '../assets.ts';
import { printResult, type SummaryKind } from './result.ts';
import { sourceChoice } from './sourceTexts.ts';

export interface AttachRequest {
  readonly pid: number;
  readonly place: OutputPlace;
  readonly rate: number;
  readonly mode: SamplingMode;
  readonly duration: number | null;
  readonly children: boolean;
  /** Whether the recording keeps the text of source files. */
  readonly sources: boolean;
  readonly summary: SummaryKind;
}

const ALIVE_CHECK_MS = 100;

/** Records a running process until it ends, the time is up or the user stops it; the process goes on. */
export async function attachRun(request: AttachRequest): Promise<void> {
  checkReadable(request.pid);
  const sampler = new CPythonCollector(samplerScript(), false);
  const nvidia = nvidiaCollectors();
  const own = () => [process.pid, ...nvidia.flatMap(({ processes }) => processes)];
  const system = new SystemCollector(() => [...own(), ...session.processes]);
  await sampler.prepare();
  const command = commandLine(request.pid).split(' ');
  const sources = sourceChoice(request.sources, beganAt(request.pid));
  const session: Session = new Session(
    { ...request, command, sources, origin: 'attach', producer: version() },
    [sampler, system, ...nvidia],
  );
  session.begin(request.pid);
  await endOfAttach(request.pid, request.duration);
  printResult(await session.finish(null, null), request.summary);
}

/** Throws a UserError with the reason when the process cannot be recorded. */
function checkReadable(pid: number): void {
  const status = taskStatus(pid);
  if (!status || status.zombie) throw new UserError(`there is no process ${pid}.`);
  if (status.process !== pid)
    throw new UserError(`${pid} is a thread of process ${status.process}; attach to that.`);
  const attached = attachPython(pid, new Interner());
  if (attached.kind === 'attached') attached.runtime.close();
  if (attached.kind === 'denied') {
    throw new UserError(
      `cannot read process ${pid}: permission denied. Run as the same user, or start it with "perfscope record --".`,
    );
  }
  if (attached.kind === 'unsupported') {
    throw new UserError(
      `process ${pid} cannot be read from outside: ${attached.reason}. Start it with "perfscope record --", which records such a Python from inside.`,
    );
  }
}

function endOfAttach(pid: number, duration: number | null): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearInterval(check);
      clearTimeout(timer);
      resolve();
    };
    const check = setInterval(() => {
      const status = taskStatus(pid);
      if (!status || status.zombie) done();
    }, ALIVE_CHECK_MS);
    const timer = duration === null ? undefined : setTimeout(done, duration * 1000);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, done);
  });
}

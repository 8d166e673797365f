import { CPythonCollector } from '../../analyzer/collect/cpython/index.ts';
import { waitedCpuSeconds } from '../../analyzer/collect/kernelCpu.ts';
import type { OutputPlace } from '../../analyzer/collect/output.ts';
import { Session } from '../../analyzer/collect/session.ts';
import { SystemCollector } from '../../analyzer/collect/system/index.ts';
import { Target } from '../../analyzer/collect/target.ts';
import type { SamplingMode } from '../../analyzer/model/index.ts';
import { samplerScript, version } from '../assets.ts';
import { LiveSession } from './live.ts';
import { printResult, type SummaryKind } from './result.ts';
import { forwardSignals } from './signals.ts';

export interface RecordRequest {
  readonly command: readonly string[];
  readonly place: OutputPlace;
  readonly rate: number;
  readonly mode: SamplingMode;
  /** Seconds after which recording stops; null for the whole run. */
  readonly duration: number | null;
  readonly children: boolean;
  readonly live: boolean;
  readonly summary: SummaryKind;
}

/** Runs and records a command; resolves with its exit code, 128 + n when signal n ended it. */
export async function recordRun(request: RecordRequest): Promise<number> {
  const sampler = new CPythonCollector(samplerScript(), true);
  const system = new SystemCollector(() => [process.pid, ...session.processes]);
  await sampler.prepare();
  const cpuBefore = waitedCpuSeconds();
  const target = await Target.start(request.command, process.env, request.live).catch(
    async (error: unknown) => {
      await sampler.stop();
      throw error;
    },
  );
  const session: Session = new Session({ ...request, origin: 'record', producer: version() }, [
    sampler,
    system,
  ]);
  session.begin(target.pid);
  const release = forwardSignals(target);
  const live = request.live ? new LiveSession(session, target, request) : null;
  const timeUp = afterSeconds(request.duration);
  const ended = await Promise.race([target.ended, timeUp.reached]);
  timeUp.cancel();
  live?.writing();
  const cpuAfter = waitedCpuSeconds();
  const kernelCpu = ended && cpuBefore !== null && cpuAfter !== null ? cpuAfter - cpuBefore : null;
  const result = await session.finish(ended, kernelCpu);
  await live?.leave();
  printResult(result, request.summary);
  const { exitCode } = await target.ended;
  release();
  return exitCode;
}

/** Resolves with null after that time, or never when there is none. */
function afterSeconds(duration: number | null): { reached: Promise<null>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<null>((resolve) => {
    if (duration !== null) timer = setTimeout(() => resolve(null), duration * 1000);
  });
  return { reached, cancel: () => clearTimeout(timer) };
}

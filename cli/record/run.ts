import { waitedCpuSeconds } from '../../analyzer/collect/kernelCpu.ts';
import type { OutputPlace } from '../../analyzer/collect/output.ts';
import { Session } from '../../analyzer/collect/session.ts';
import { SystemCollector } from '../../analyzer/collect/system/index.ts';
import { Target } from '../../analyzer/collect/target.ts';
import type { SamplingMode } from '../../analyzer/model/index.ts';
import { version } from '../assets.ts';
import { report } from '../errors.ts';
import { LiveSession } from './live.ts';
import { printResult, type SummaryKind } from './result.ts';
import { forwardSignals } from './signals.ts';
import { type AgentChoice, type SampleSource, sampleSource } from './source.ts';

export interface RecordRequest {
  readonly command: readonly string[];
  readonly place: OutputPlace;
  readonly rate: number;
  readonly mode: SamplingMode;
  /** Seconds after which recording stops; null for the whole run. */
  readonly duration: number | null;
  readonly children: boolean;
  readonly agent: AgentChoice;
  readonly live: boolean;
  readonly summary: SummaryKind;
}

/** Runs and records a command; resolves with its exit code, 128 + n when signal n ended it. */
export async function recordRun(request: RecordRequest): Promise<number> {
  const source = await sampleSource(request.command, request.rate, request.agent);
  try {
    const cpuBefore = waitedCpuSeconds();
    const environment = { ...process.env, ...source.environment };
    const target = await Target.start(request.command, environment, request.live);
    const release = forwardSignals(target, request.live);
    // From here on the command runs: whatever fails is said, and the command goes on to its own end.
    process.on('uncaughtException', report);
    try {
      await recordTarget(request, source, target, cpuBefore);
    } catch (error) {
      report(error);
    }
    const { exitCode } = await target.ended;
    release();
    return exitCode;
  } finally {
    await source.release();
  }
}

async function recordTarget(
  request: RecordRequest,
  source: SampleSource,
  target: Target,
  cpuBefore: number | null,
): Promise<void> {
  const system = new SystemCollector(() => [process.pid, ...session.processes]);
  const options = { ...request, origin: 'record', producer: version() } as const;
  const session: Session = new Session(options, [source.collector, system]);
  if (source.note !== null) session.warn(source.note);
  session.begin(target.pid);
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
}

/** Resolves with null after that time, or never when there is none. */
function afterSeconds(duration: number | null): { reached: Promise<null>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const reached = new Promise<null>((resolve) => {
    if (duration !== null) timer = setTimeout(() => resolve(null), duration * 1000);
  });
  return { reached, cancel: () => clearTimeout(timer) };
}

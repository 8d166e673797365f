import { waitedCpuSeconds } from '../../analyzer/collect/kernelCpu.ts';
import { nvidiaCollectors } from '../../analyzer/collect/nvidia/index.ts';
import type { OutputPlace } from '../../analyzer/collect/output.ts';
import { Session } from '../../analyzer/collect/session.ts';
import { SystemCollector } from '../../analyzer/collect/system/index.ts';
import { Target } from '../../analyzer/collect/target.ts';
import type { SamplingMode } from '../../analyzer/model/index.ts';
import { version } from '../assets.ts';
import { report } from '../errors.ts';
import { LiveSession } from './live.ts';
import type { NodeRequest } from './nodeSource.ts';
import { printResult, type SummaryKind } from './result.ts';
import { forwardSignals } from './signals.ts';
import { type AgentChoice, type RunSources, runSources } from './source.ts';
import { sourceChoice } from './sourceTexts.ts';

export interface RecordRequest {
  readonly command: readonly string[];
  readonly place: OutputPlace;
  readonly rate: number;
  readonly mode: SamplingMode;
  /** Seconds after which recording stops; null for the whole run. */
  readonly duration: number | null;
  readonly children: boolean;
  /** Whether the recording keeps the text of source files. */
  readonly sources: boolean;
  readonly agent: AgentChoice;
  /** Whether the pools of Python programs are recorded, from inside. */
  readonly pools: boolean;
  /** Whether PyTorch's operators are recorded, from inside. */
  readonly torchOperators: boolean;
  /** Whether the work of devices is recorded, from inside. */
  readonly gpu: boolean;
  /** Whether stacks are taken inside the calls that launch. */
  readonly gpuStacks: boolean;
  /** How JavaScript is recorded; null to put nothing into Node programs. */
  readonly node: NodeRequest | null;
  readonly live: boolean;
  readonly summary: SummaryKind;
}

/** Runs and records a command; resolves with its exit code, 128 + n when signal n ended it. */
export async function recordRun(request: RecordRequest): Promise<number> {
  const sources = await runSources(request);
  try {
    const cpuBefore = waitedCpuSeconds();
    const environment = { ...process.env, ...sources.environment };
    const target = await Target.start(sources.command, environment, request.live);
    const release = forwardSignals(target, request.live);
    // From here on the command runs: whatever fails is said, and the command goes on to its own end.
    process.on('uncaughtException', report);
    try {
      await recordTarget(request, sources, target, cpuBefore);
    } catch (error) {
      report(error);
    }
    const { exitCode } = await target.ended;
    release();
    return exitCode;
  } finally {
    await sources.release();
  }
}

async function recordTarget(
  request: RecordRequest,
  sources: RunSources,
  target: Target,
  cpuBefore: number | null,
): Promise<void> {
  const nvidia = nvidiaCollectors();
  const own = () => [process.pid, ...nvidia.flatMap(({ processes }) => processes)];
  const system = new SystemCollector(() => [...own(), ...session.processes]);
  const kept = sourceChoice(request.sources, null);
  const options = { ...request, sources: kept, origin: 'record', producer: version() } as const;
  const session: Session = new Session(options, [...sources.collectors, system, ...nvidia]);
  for (const note of sources.notes) session.warn(note);
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

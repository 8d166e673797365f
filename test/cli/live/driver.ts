import { nanos } from '../../../analyzer/model/index.ts';
import { startLive } from '../../../cli/live/index.ts';
import type { LiveRun, LiveStatus } from '../../../cli/live/run.ts';
import { SOME_FINDINGS } from './findings.ts';
import { SyntheticRun } from './synthetic.ts';

/**
 * A live view of a run that never was. Arguments, all optional, as `name=value`:
 * `workers`, `pools` (a program whose tasks are seen), `findings` (what is found in two looks), `lines` (of output a second), `end` (milliseconds), `crash` (`batch`, `status`, `exit` or `signal`, after a second),
 * `measure` (prints the CPU used in that many milliseconds, after three seconds).
 */
const options = new Map(process.argv.slice(2).map((each) => each.split('=') as [string, string]));
const numberOf = (name: string, otherwise: number): number => Number(options.get(name) ?? otherwise);

const began = performance.now();
const seconds = (): number => (performance.now() - began) / 1000;
const synthetic = new SyntheticRun(numberOf('workers', 15), numberOf('hz', 500), options.has('pools'));
/** Made beforehand: what is measured is the view and not what feeds it. */
const prepared = Array.from({ length: options.has('measure') ? 80 : 0 }, () => synthetic.advance());
const calls: string[] = [];
let phase: LiveStatus['phase'] = 'recording';
let end: () => void = () => {};

const run: LiveRun = {
  command: (options.get('command') ?? 'python train.py --workers 15').split(' '),
  start: nanos(synthetic.batches.start),
  status: () => {
    if (options.get('crash') === 'status' && seconds() > 1) throw new Error('status is broken');
    return {
      phase,
      elapsedSeconds: seconds(),
      requestedHz: 500,
      achievedHz: 498,
      missed: 12,
      ownCpuPercent: 1.9,
      processes: 16,
      warnings: options.has('warning') ? [`${options.get('warning')}`] : [],
    };
  },
  onBatch: (listener) => {
    const missing = numberOf('history', 0);
    for (let at = 0; at < missing; at += 250) listener(synthetic.advance());
    setInterval(() => {
      listener(prepared.shift() ?? synthetic.advance());
      if (options.get('crash') === 'batch' && seconds() > 1) {
        listener({ ...synthetic.advance(), lanes: null } as unknown as Parameters<typeof listener>[0]);
      }
    }, 250);
  },
  onOutput: (listener) => {
    const perSecond = numberOf('lines', 2);
    let line = 0;
    listener(
      Buffer.from('reading tiles\rreading tiles: 100 %\n\x1b[31mred\x1b[0m and \x1b]0;title\x07plain\n'),
      'stdout',
    );
    listener(Buffer.from('careful: a warning\n'), 'stderr');
    if (perSecond === 0) return;
    setInterval(
      () => {
        const many = Math.max(1, Math.round(perSecond / 10));
        let text = '';
        for (let i = 0; i < many; i++) text += `tile ${++line} of 4000 solved in ${(line * 7) % 90} ms\n`;
        listener(Buffer.from(text), 'stdout');
      },
      Math.max(100, 1000 / perSecond),
    );
  },
  onFindings: (listener) => {
    if (!options.has('findings')) return;
    const look = (): void => listener(SOME_FINDINGS);
    setTimeout(look, 200);
    setTimeout(look, 1200);
  },
  onEnd: (listener) => {
    end = listener;
  },
  stop: () => {
    calls.push('stop');
    phase = calls.length > 1 ? 'writing' : 'stopping';
    setTimeout(() => end(), numberOf('grace', 600));
  },
  interrupt: () => {
    calls.push('interrupt');
  },
};

const measure = numberOf('measure', 0);
if (measure > 0) {
  setTimeout(() => {
    const before = process.cpuUsage();
    const from = performance.now();
    setTimeout(() => {
      const { user, system } = process.cpuUsage(before);
      const cpu = (user + system) / 10 / (performance.now() - from);
      process.stderr.write(`${cpu.toFixed(2)}\n`);
      end();
    }, measure);
  }, 3000);
}
if (options.get('crash') === 'exit') setTimeout(() => process.exit(3), 1000);
if (options.get('crash') === 'signal') setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1000);
if (options.has('end')) setTimeout(() => end(), numberOf('end', 0));
await startLive(run, { stdin: process.stdin, stdout: process.stdout });
console.log(`left calls=${calls.join(',')} raw=${process.stdin.isRaw}`);
process.exit(0);

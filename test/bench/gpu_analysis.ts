import { callTree } from '../../analyzer/analysis/callTree.ts';
import { deviceWork } from '../../analyzer/analysis/deviceWork.ts';
import { functionsOf } from '../../analyzer/analysis/functions.ts';
import { deviceCalls, deviceWeights } from '../../analyzer/analysis/kernelCalls.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { deviceRun } from '../webview/syntheticDevices.ts';

/** The part of the benchmark that is measured; run by `gpu-analysis.mjs`, which bundles it. */
const [kernels = 0, copies = 0] = process.argv.slice(2).map(Number);
const recording = deviceRun({ kernels, copies, samples: 100_000, streams: 4 });
const { tables } = recording;
process.stdout.write(
  `${tables.kernels.length} kernels, ${tables.transfers.length} copies, ${tables.samples.length} samples\n`,
);

function measured(name: string, work: () => unknown): void {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${name.padEnd(28)} ${((user + system) / 1e6).toFixed(2)} s of CPU\n`);
}

measured('summary, first time', () => summarize(recording));
measured('summary, compiled', () => summarize(recording));
measured('flame graph by GPU time', () => {
  const functions = functionsOf(tables);
  const work = deviceWork(tables);
  deviceWeights(tables, work, deviceCalls(tables, work, functions, callTree(tables, functions)), 'gpu');
});
process.stdout.write(`peak of memory ${Math.round(process.resourceUsage().maxRSS / 1e3)} MB\n`);

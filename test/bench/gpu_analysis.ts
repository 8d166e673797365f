import { RULES } from '../../analyzer/advice/registry.ts';
import { callTree } from '../../analyzer/analysis/callTree.ts';
import { deviceWork } from '../../analyzer/analysis/deviceWork.ts';
import { functionsOf } from '../../analyzer/analysis/functions.ts';
import { deviceCalls, deviceWeights } from '../../analyzer/analysis/kernelCalls.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { deviceRun } from '../webview/syntheticDevices.ts';

/** The part of the benchmark that is measured; run by `gpu-analysis.mjs`, which bundles it. */
const [kernels = 0, copies = 0] = process.argv.slice(2).map(Number);
const recording = deviceRun({ kernels, copies, samples: 100_000, streams: 4 });
const { tables } = recording;
process.stdout.write(
  `${tables.kernels.length} kernels, ${tables.transfers.length} copies, ${tables.samples.length} samples\n`,
);

function measured(name: string, work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(`${name.padEnd(28)} ${((user + system) / 1e6).toFixed(2)} s of CPU\n`);
  return (user + system) / 1e6;
}

measured('summary, first time', () => summarize(recording));
measured('summary, compiled', () => summarize(recording));
measured('flame graph by GPU time', () => {
  const functions = functionsOf(tables);
  const work = deviceWork(tables);
  deviceWeights(tables, work, deviceCalls(tables, work, functions, callTree(tables, functions)), 'gpu');
});
/** Rules of devices: their ids begin with these letters. They share what the summary has computed. */
const DEVICE_RULE = /^(?:D0[4-9]|G)/;
const trace = new Trace(recording);
measured('summary of a trace', () => summarize(trace));
let all = 0;
for (const rule of RULES)
  if (DEVICE_RULE.test(rule.id)) all += measured(`  ${rule.id}`, () => rule.evaluate(trace));
process.stdout.write(`${'rules of devices'.padEnd(28)} ${all.toFixed(2)} s of CPU\n`);
process.stdout.write(`peak of memory ${Math.round(process.resourceUsage().maxRSS / 1e3)} MB\n`);

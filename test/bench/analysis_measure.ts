import { writeFileSync } from 'node:fs';
import { advise } from '../../analyzer/advice/index.ts';
import { RULES } from '../../analyzer/advice/registry.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { openRecording } from '../../analyzer/recording/open.ts';

/** The part of the benchmark that is measured; run by `analysis.mjs`, which bundles it. Writes its figures to a file as well. */
const [file = '', figures = ''] = process.argv.slice(2);
const say = (name: string, value: string) => process.stdout.write(`${name.padEnd(34)} ${value}\n`);

function measured(name: string, work: () => unknown): number {
  const before = process.cpuUsage();
  const start = performance.now();
  work();
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  say(name, `${((performance.now() - start) / 1e3).toFixed(2)} s, ${seconds.toFixed(2)} s of CPU`);
  return seconds;
}

const recording = openRecording(file);
const { samples, tasks, kernels, transfers } = recording.tables;
say(
  'samples, tasks, kernels, copies',
  [samples, tasks, kernels, transfers].map(({ length }) => length).join(', '),
);
measured('what rules share', () => {
  const { functions, homes, tree, siteOf, laneTotals, roles, taskTotals, regions, deviceWork } = new Trace(
    recording,
  );
  return [functions, homes, tree, siteOf, laneTotals, roles, taskTotals, regions, deviceWork];
});
const advice = measured('advice: analysis and every rule', () => advise(new Trace(recording)));
const peakMegabytes = process.resourceUsage().maxRSS / 1e3;
say('peak of memory with the recording', `${peakMegabytes.toFixed(0)} MB`);

const trace = new Trace(recording);
advise(trace);
const slow = RULES.map((rule) => {
  const start = performance.now();
  rule.evaluate(trace);
  return { id: rule.id, ms: performance.now() - start };
}).toSorted((a, b) => b.ms - a.ms);
// What rules share is computed by then.
for (const { id, ms } of slow.slice(0, 8)) say(`  ${id} alone`, `${ms.toFixed(0)} ms`);
measured('summary', () => summarize(recording));
measured('summary and advice of one trace', () => {
  const both = new Trace(recording);
  return summarize(both, advise(both));
});
writeFileSync(figures, JSON.stringify({ advice, peakMegabytes }));

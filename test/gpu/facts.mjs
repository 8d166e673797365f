/**
 * Prints what the tables of a recording say, as one JSON document, for checkers that have no Arrow. It counts for itself and not with
 * perfscope's own analysis, which is what some checks are about.
 *
 * usage: node facts.mjs DIST RECORDING [RANGE]: with RANGE only what was called within the spans of that name
 */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [dist, file, range] = process.argv.slice(2);
const require = createRequire(join(dist, 'cli.js'));
const { unzipSync, strFromU8 } = require('fflate');
const { tableFromIPC } = require('@uwdata/flechette');

const KERNEL_KINDS = ['kernel', 'memset', 'native', 'marker'];
const DIRECTIONS = ['H2D', 'D2H', 'D2D', 'P2P'];
const MEMORY = ['unknown', 'pageable', 'pinned', 'device', 'array', 'managed', 'shared'];
const SPANS = ['task', 'kernel', 'api', 'wait', 'gc', 'step', 'range'];
const OPERATORS = ['forward', 'backward', 'script'];
/** A launch that is this sure of its code counts as attributed. */
const SURE = 50;

const entries = unzipSync(readFileSync(file));
const meta = JSON.parse(strFromU8(entries['recording.json']));

/** Columns by name, 64-bit integers as numbers: times of a run are below 2^53. */
function table(name) {
  const bytes = entries[`${name}.arrow`];
  const columns = { length: 0 };
  if (!bytes) return columns;
  const decoded = tableFromIPC(bytes, { useBigInt: true });
  columns.length = decoded.numRows;
  if (columns.length === 0) return columns;
  for (const { name: column } of decoded.schema.fields) {
    const values = decoded.getChild(column).toArray();
    columns[column] = values instanceof BigInt64Array ? Float64Array.from(values, Number) : values;
  }
  return columns;
}

const strings = table('strings').value ?? [];
const lanes = table('lanes');
const spans = table('spans');
const ranges = [];
for (let i = 0; i < spans.length; i++)
  if (strings[spans.name[i]] === range) ranges.push([spans.start[i], spans.end[i]]);
/** Whether a call at `time` counts. */
const counts = (time) => range === undefined || ranges.some(([from, to]) => time >= from && time <= to);

function add(groups, key, figures) {
  groups[key] ??= { count: 0 };
  const group = groups[key];
  group.count++;
  for (const [name, value] of Object.entries(figures)) group[name] = (group[name] ?? 0) + value;
}

/** Causality, and whose work it was, of rows of `kernels` or `transfers`. */
function work(rows, keep, keyOf, figuresOf) {
  const groups = {};
  const facts = { count: 0, ns: 0, beforeItsCall: 0, endsBeforeStart: 0, calls: 0, attributed: 0 };
  for (let i = 0; i < rows.length; i++) {
    const called = rows.callStart[i];
    if (!keep(i) || !counts(called >= 0 ? called : rows.start[i])) continue;
    const ns = rows.end[i] - rows.start[i];
    facts.count++;
    facts.ns += ns;
    if (called >= 0) facts.calls++;
    if (called >= 0 && rows.start[i] < called) facts.beforeItsCall++;
    if (ns < 0) facts.endsBeforeStart++;
    if (rows.stack[i] >= 0 && rows.certainty[i] >= SURE) facts.attributed++;
    add(groups, keyOf(i), { ns, ...figuresOf(i) });
  }
  return { ...facts, groups };
}

const kernels = table('kernels');
const isKernel = (i) => KERNEL_KINDS[kernels.kind[i]] === 'kernel';
const isMemset = (i) => KERNEL_KINDS[kernels.kind[i]] === 'memset';
const transfers = table('transfers');
const between = (i) =>
  `${DIRECTIONS[transfers.direction[i]]} ${MEMORY[transfers.from[i]]} ${MEMORY[transfers.to[i]]}`;
const operators = table('operators');
const operatorCounts = {};
for (let i = 0; i < operators.length; i++)
  if (counts(operators.start[i])) add(operatorCounts, strings[operators.name[i]], {});
const named = {};
for (let i = 0; i < spans.length; i++)
  if (counts(spans.start[i]))
    add(named, `${SPANS[spans.kind[i]] ?? 'operator'} ${strings[spans.name[i]]}`, {});
const streams = new Set();
const processes = new Set();
for (const rows of [kernels, transfers]) {
  for (let i = 0; i < rows.length; i++) {
    if (rows === transfers && transfers.direction[i] >= DIRECTIONS.length) continue;
    streams.add(lanes.name[rows.lane[i]]);
    processes.add(lanes.process[rows.lane[i]]);
  }
}
const devices = table('devices');
const records = kernels.length + transfers.length + spans.length;

process.stdout.write(
  JSON.stringify({
    kernels: work(
      kernels,
      isKernel,
      (i) => strings[kernels.name[i]],
      () => ({}),
    ),
    memsets: work(
      kernels,
      isMemset,
      () => 'memset',
      (i) => ({ bytes: kernels.bytes[i] }),
    ),
    copies: work(
      transfers,
      (i) => transfers.direction[i] < DIRECTIONS.length,
      between,
      (i) => ({ bytes: transfers.bytes[i], asynchronous: transfers.asynchronous[i] === 1 ? 1 : 0 }),
    ),
    graphKernels: kernels.length === 0 ? 0 : kernels.graph.filter((graph) => graph > 0).length,
    operators: operatorCounts,
    operatorKinds: OPERATORS.map(
      (_, kind) => [...(operators.kind ?? [])].filter((each) => each === kind).length,
    ),
    spans: named,
    streams: [...streams],
    processes: processes.size,
    devices: devices.length === 0 ? [] : [...devices.name],
    counters: [...(lanes.name ?? [])].filter((name) => /^GPU \d+ /.test(name)),
    threads: [...(lanes.name ?? [])].filter((_, i) => lanes.kind[i] === 0),
    exitCode: meta.exitCode,
    collectors: meta.collectors,
    gpus: meta.host.gpus,
    bytes: statSync(file).size,
    records,
  }),
);

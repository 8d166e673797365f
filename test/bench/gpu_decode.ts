import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readChunks, readHeader } from '../../analyzer/collect/cuda/capture.ts';
import type { ProcessCapture } from '../../analyzer/collect/cuda/processCapture.ts';
import { RecordReader } from '../../analyzer/collect/cuda/records.ts';
import { DeviceRows } from '../../analyzer/collect/cuda/rows.ts';
import { CudaTail } from '../../analyzer/collect/cuda/tail.ts';
import { NearestStacks } from '../../analyzer/collect/gpu/nearestStack.ts';
import { Numbering, RecordingCounts } from '../../analyzer/collect/numbering.ts';

/**
 * `gpu_decode FOLDER`: records a second of CPU, of the captures in a folder: those of buffers alone, then of everything up to the
 * batches of the collector, which removes the captures. Prints one JSON document.
 */
const folder = process.argv[2] as string;
const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Decodes the buffers and forgets what they say. */
function decodeBuffers(): { records: number; seconds: number } {
  const reader = new RecordReader({ text: () => 0, call: () => {}, other: () => {} });
  let seconds = 0;
  for (const name of readdirSync(folder)) {
    const file = readFileSync(join(folder, name));
    const bytes = new Uint8Array(file.length);
    bytes.set(file);
    if (!readHeader(bytes)) continue;
    const before = cpu();
    readChunks(bytes.subarray(64), ({ type, payload }) => {
      if (type === 'strides') reader.learnStrides(payload);
      else if (type === 'buffer') {
        const records = new DataView(payload.buffer, payload.byteOffset + 16, payload.byteLength - 16);
        reader.decode(records, Math.floor(1.79e18 / 2 ** 32), 0);
        reader.work.clear();
      }
    });
    seconds += cpu() - before;
  }
  return { records: reader.counts.records, seconds };
}

/** Everything: files, joins, names, rows, numbers. */
function collect(): { records: number; seconds: number; kernels: number; mostBytes: number } {
  const rows = new DeviceRows();
  const tail = new CudaTail(folder, rows, new NearestStacks(), null);
  const numbering = new Numbering(new RecordingCounts());
  let kernels = 0;
  let mostBytes = 0;
  const before = cpu();
  const hand = (): void => {
    const batch = rows.drain();
    if (batch) kernels += numbering.apply(batch).kernels.length;
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
  };
  tail.finish(Number.MAX_SAFE_INTEGER, hand);
  const seconds = cpu() - before;
  const records = tail.captures.reduce(
    (sum: number, { reader }: ProcessCapture) => sum + reader.counts.records,
    0,
  );
  return { records, seconds, kernels, mostBytes };
}

const buffers = decodeBuffers();
const all = collect();
const rate = ({ records, seconds }: { records: number; seconds: number }): number =>
  Math.round(records / seconds);
process.stdout.write(
  `${JSON.stringify({ decode: rate(buffers), collect: rate(all), kernels: all.kernels, megabytes: Math.round(all.mostBytes / 1e6) })}\n`,
);

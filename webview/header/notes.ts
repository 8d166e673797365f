import type { CollectorHealth, RecordingMeta } from '../../analyzer/model/index.ts';
import { count, duration, hertz, percent } from '../format.ts';

/** A collector that reaches less than this of the rate it was asked for has a coarser picture than its reader expects. */
const FAIR_RATE = 0.9;
/** Ticks missed, or stacks torn, that are worth a sentence: below it they change no picture. */
const FAIR_LOSS = 0.01;

/** Sentences about what a recording does not show, or shows less well than asked: what a reader must know to trust it. */
export function notesOf(meta: RecordingMeta): string[] {
  const notes = [...meta.warnings];
  if (!meta.complete) notes.unshift('The recording ends before the run did.');
  if (meta.signal !== null) notes.push(`The command was ended by ${meta.signal}.`);
  else if (meta.exitCode !== null && meta.exitCode !== 0)
    notes.push(`The command ended with exit code ${meta.exitCode}.`);
  for (const collector of meta.collectors) notes.push(...notesOfCollector(collector));
  return [...new Set(notes)];
}

function notesOfCollector({
  id,
  status,
  requestedHz,
  achievedHz,
  samples,
  missed,
  dropped,
  torn,
  warnings,
  figures,
}: CollectorHealth): string[] {
  const notes = [...warnings];
  if (status === 'unavailable' && warnings.length === 0) notes.push(`The collector ${id} was not available.`);
  if (requestedHz !== null && achievedHz !== null && achievedHz < FAIR_RATE * requestedHz)
    notes.push(
      `${id} looked ${hertz(achievedHz)} instead of ${hertz(requestedHz)}: short events may be missing.`,
    );
  const ticks = figures.ticks ?? samples;
  if (missed > FAIR_LOSS * (ticks + missed))
    notes.push(`${id} came too late for ${count(missed)} of ${count(ticks + missed)} looks.`);
  if (dropped > 0) notes.push(`${id} lost ${count(dropped)} records.`);
  if (torn > FAIR_LOSS * samples && torn > 0)
    notes.push(`${count(torn)} of ${count(samples)} stacks changed while they were read.`);
  return notes;
}

const dateWords = (epochMs: number): string =>
  `${new Date(epochMs).toISOString().replace('T', ' ').slice(0, 19)} UTC`;

/** What is known of the recording and its machine, as names and values. */
export function particulars(meta: RecordingMeta): [name: string, value: string][] {
  const { host, clock } = meta;
  const rows: [string, string][] = [
    ['command', meta.command.join(' ')],
    ['directory', meta.directory],
    ['recorded', clock.startEpochMs > 0 ? dateWords(clock.startEpochMs) : 'unknown'],
    [
      'by',
      `perfscope ${meta.producer}, ${meta.origin === 'attach' ? 'attached to a running process' : meta.origin}`,
    ],
    ['ended', meta.signal ?? (meta.exitCode === null ? 'not seen' : `exit code ${meta.exitCode}`)],
    [
      'machine',
      [host.cpu, host.cores > 0 ? `${host.cores} cores` : null, host.arch].filter(Boolean).join(', '),
    ],
    ['system', [host.distribution, `${host.platform} ${host.release}`.trim()].filter(Boolean).join(', ')],
    ['devices', host.gpus.join(', ')],
    ['CPU by the kernel', meta.kernelCpuSeconds === null ? 'unknown' : duration(meta.kernelCpuSeconds * 1e9)],
    [
      'CPU of perfscope',
      meta.origin === 'import'
        ? ''
        : `${duration(meta.ownCpuSeconds * 1e9)}, ${percent((meta.ownCpuSeconds * 1e9) / Math.max(1, clock.end - clock.start))} of a core`,
    ],
  ];
  return rows.filter(([, value]) => value !== '');
}

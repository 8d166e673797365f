import type { CollectorHealth } from '../../model/index.ts';
import { count } from '../counted.ts';
import { LAYOUTS, toolkitOf } from './layouts.ts';
import type { ProcessCapture } from './processCapture.ts';

/** CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED */
const OTHER_SUBSCRIBER = 39;
const IMPORT = 'A trace that torch.profiler exports of that time opens by "perfscope report TRACE.json".';

const sumOf = (captures: readonly ProcessCapture[], of: (capture: ProcessCapture) => number): number =>
  captures.reduce((sum, capture) => sum + of(capture), 0);

/**
 * The health of the collector from that of the captures. `damagedFiles`: whose rest could not be read. `exactStacks`: whether stacks
 * inside calls were asked for.
 */
export function cudaHealth(
  captures: readonly ProcessCapture[],
  damagedFiles: number,
  exactStacks = false,
): CollectorHealth {
  const dropped = sumOf(captures, ({ facts }) => facts.dropped);
  const damaged = sumOf(captures, ({ reader }) => reader.counts.damaged) + damagedFiles;
  const incomplete = sumOf(captures, ({ reader }) => reader.counts.incomplete);
  const hostToHost = sumOf(captures, ({ reader }) => reader.counts.hostToHost);
  const warnings = [...othersOf(captures), ...notesOf(captures), ...layoutsOf(captures)];
  const inexact = exactStacks ? captures.filter(({ facts }) => facts.stacks === 0) : [];
  if (inexact.length > 0)
    warnings.push(
      `stacks could not be taken inside the calls of ${count(inexact.length, 'process', 'processes')}, which runs no CPython 3.8 to 3.14 with a GIL or cannot subscribe to CUPTI: launches are tied to the nearest samples.`,
    );
  if (dropped > 0)
    warnings.push(`CUPTI had no room for ${count(dropped, 'record', 'records')}, which are missing.`);
  if (damaged > 0)
    warnings.push(
      `${count(damaged, 'piece', 'pieces')} of what CUPTI wrote could not be read and are left out.`,
    );
  if (incomplete > 0)
    warnings.push(
      `${count(incomplete, 'record', 'records')} ended without a time: the program ended before the device had done its work.`,
    );
  return {
    id: 'cuda',
    status: warnings.length > 0 ? 'partial' : 'ok',
    requestedHz: null,
    achievedHz: null,
    samples: 0,
    missed: 0,
    dropped,
    torn: 0,
    figures: {
      processes: captures.length,
      records: sumOf(captures, ({ reader }) => reader.counts.records),
      buffers: sumOf(captures, ({ facts }) => facts.buffers),
      devices: sumOf(captures, ({ devices }) => devices.count),
      ...(hostToHost > 0 ? { hostToHostCopies: hostToHost } : {}),
      ...pageFaults(captures),
      cuptiOverheadMs: Math.round(sumOf(captures, ({ facts }) => facts.overhead) / 1e6),
      cuptiVersion: captures[0]?.header.cupti ?? 0,
      driverVersion: captures[0]?.header.driver ?? 0,
    },
    warnings,
  };
}

function pageFaults(captures: readonly ProcessCapture[]): Record<string, number> {
  const faults = sumOf(captures, ({ facts }) => facts.faults);
  return faults > 0 ? { managedPageFaults: faults } : {};
}

/** Who else used CUPTI. */
function othersOf(captures: readonly ProcessCapture[]): string[] {
  const others = captures.filter(({ facts }) => facts.subscribed === OTHER_SUBSCRIBER);
  if (others.length === 0) return [];
  return [
    `another user of CUPTI, such as torch.profiler, was there first in ${count(others.length, 'process', 'processes')}, and CUPTI has room for one: its kernels and copies are not recorded. ${IMPORT}`,
  ];
}

/** What agents said, each sentence once. */
function notesOf(captures: readonly ProcessCapture[]): string[] {
  const sentences: Readonly<Record<string, string>> = {
    // Told with its consequences.
    'another user of CUPTI was there first': '',
    'another user of CUPTI took over': `a profiler inside the program needed CUPTI for itself: kernels and copies of that time are not recorded. ${IMPORT}`,
    'libcupti was not found':
      'libcupti was not found, so kernels and copies are not recorded: install the CUDA toolkit or the package nvidia-cuda-cupti, or name the file in PERFSCOPE_CUPTI.',
  };
  const notes = [...new Set(captures.flatMap(({ facts }) => [...facts.notes]))];
  const refused = new Set(captures.flatMap(({ facts }) => [...facts.refused]));
  const told = notes.map((note) => sentences[note] ?? `${note}.`).filter((sentence) => sentence !== '');
  if (refused.size > 0) told.push(`CUPTI refuses activity of the kinds ${[...refused].join(', ')}.`);
  if (captures.some(({ facts }) => !facts.hasThreadIds))
    told.push('this version of CUPTI does not tell which thread called: launches are not tied to code.');
  return told;
}

/** Records of a length that no known version has. */
function layoutsOf(captures: readonly ProcessCapture[]): string[] {
  const sentences = new Set<string>();
  for (const { reader, header } of captures) {
    for (const [kind, stride] of reader.unknown) {
      const longest = LAYOUTS[kind]?.known.at(-1) ?? 0;
      sentences.add(
        `records of kind ${kind} have ${stride} bytes in CUPTI of CUDA ${toolkitOf(header.cupti)}, and at most ${longest} in versions that are known: what is known of them was read.`,
      );
    }
  }
  return [...sentences];
}

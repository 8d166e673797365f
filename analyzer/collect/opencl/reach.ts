import type { Tables } from '../../model/index.ts';
import { readText } from '../process/procfs.ts';

/** A loader of OpenCL, as programs map it. */
const LOADER = /\/libOpenCL[^/\n]*\.so/;
/** Processes that are looked at in one turn: of a large one this takes milliseconds. */
const MOST = 8;
/** Nanos between two looks at one process, which grow: a program may load OpenCL late. */
const FIRST = 0.5e9;
const LONGEST = 60e9;

const readMaps = (process: number): string => readText(`/proc/${process}/maps`) ?? '';

interface Watched {
  next: number;
  wait: number;
  usesOpenCl: boolean;
}

/** Which processes of a run use OpenCL, told from what they have mapped: those without a log are not recorded, which must be said. */
export class Reach {
  private readonly processes = new Map<number, Watched>();

  notice({ process, end, length }: Tables['processes']): void {
    for (let i = 0; i < length; i++) {
      const id = process[i] as number;
      if (!this.processes.has(id)) this.processes.set(id, { next: 0, wait: FIRST, usesOpenCl: false });
      const known = this.processes.get(id);
      if ((end[i] as number) >= 0 && known) known.next = Number.POSITIVE_INFINITY;
    }
  }

  /** Looks at processes that were not looked at for a while; `now`: Nanos. `mapsOf`: what a process has mapped. */
  look(now: number, mapsOf: (process: number) => string = readMaps): void {
    let looks = 0;
    for (const [id, process] of this.processes) {
      if (process.usesOpenCl || process.next > now || looks >= MOST) continue;
      looks++;
      process.usesOpenCl = LOADER.test(mapsOf(id));
      process.next = now + process.wait;
      process.wait = Math.min(process.wait * 2, LONGEST);
    }
  }

  /** Processes that use OpenCL and are not among those that have a log. */
  missed(reached: ReadonlySet<number>): number[] {
    return [...this.processes]
      .filter(([id, { usesOpenCl }]) => usesOpenCl && !reached.has(id))
      .map(([id]) => id);
  }
}

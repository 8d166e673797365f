/** Figures that become the collector's health. */
export interface SamplerCounts {
  ticks: number;
  missed: number;
  samples: number;
  torn: number;
  truncated: number;
  processes: number;
  threads: number;
  /** Observations of a thread that waited for a lock, and those where it was not found who held the lock. */
  lockWaits: number;
  lockWaitsWithoutHolder: number;
  /** Processes with an interpreter that was read. */
  pythonProcesses: number;
  /** Nanos of the first and the last tick. */
  firstTick: number;
  lastTick: number;
}

export const NO_COUNTS: SamplerCounts = {
  ticks: 0,
  missed: 0,
  samples: 0,
  torn: 0,
  truncated: 0,
  processes: 0,
  threads: 0,
  lockWaits: 0,
  lockWaitsWithoutHolder: 0,
  pythonProcesses: 0,
  firstTick: 0,
  lastTick: 0,
};

interface Period {
  readonly time: number;
  readonly seconds: number;
  /** Seconds of CPU. */
  cpu: number;
}

/**
 * CPU that others than the run took, period by period. A process of the run is known some periods after it began, and then all that it
 * used counts at once: what seems to be less than nothing is taken from the periods before, in which it was held for others'. The
 * same evens out that counters of cores and of processes do not tick together.
 */
export class Others {
  private periods: Period[] = [];

  /** `time`: Nanos of the period's end. `seconds`: its length. `cpu`: seconds of CPU of all cores less those of the run. */
  add(time: number, seconds: number, cpu: number): void {
    for (let i = this.periods.length - 1; i >= 0 && cpu < 0; i--) {
      const period = this.periods[i] as Period;
      const taken = Math.min(period.cpu, -cpu);
      period.cpu -= taken;
      cpu += taken;
    }
    this.periods.push({ time, seconds, cpu: Math.max(0, cpu) });
  }

  /** Takes all but the last `kept` periods, oldest first. */
  settled(kept: number): { time: number; cores: number }[] {
    const settled = this.periods.splice(0, Math.max(0, this.periods.length - kept));
    return settled.map(({ time, seconds, cpu }) => ({ time, cores: seconds > 0 ? cpu / seconds : 0 }));
  }
}

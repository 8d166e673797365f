import type { CollectorHealth } from '../model/index.ts';

/** Runs the steps of a collector until one of them fails: a failure of ours costs what is left of that collector, and no more. */
export class Guard {
  private readonly what: string;
  private failure: string | null = null;

  /** `what` is then missing, in the plural: `kernels and copies`. */
  constructor(what: string) {
    this.what = what;
  }

  run(step: () => void): void {
    if (this.failure !== null) return;
    try {
      step();
    } catch (error) {
      this.failure = `${this.what} are missing from here on: ${error instanceof Error ? error.message : error}.`;
    }
  }

  /** The health of the collector, with the failure where there was one. */
  told(health: CollectorHealth): CollectorHealth {
    if (this.failure === null) return health;
    return { ...health, status: 'partial', warnings: [...health.warnings, this.failure] };
  }
}

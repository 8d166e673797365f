import { type Finding, SEVERITIES, type Severity } from '../model/index.ts';
import type { Summary } from './summary.ts';

/** The most severe finding that is tolerated; `none` tolerates none at all. */
export const TOLERATED = [...SEVERITIES, 'none'] as const;
export type Tolerated = (typeof TOLERATED)[number];

/** What a run must keep to. What is left out is not judged. Seconds, bytes, shares. */
export interface Limits {
  readonly minEfficiency?: number;
  readonly maxTransfer?: number;
  readonly maxFinding?: Tolerated;
  readonly maxWall?: number;
  /** Wall time of an earlier run, and by which share a run may exceed it. */
  readonly baseline?: { readonly wallSeconds: number; readonly tolerance: number };
}

export type LimitId = 'min-efficiency' | 'max-transfer' | 'max-finding' | 'max-wall' | 'baseline';

/** One limit, and the figure that was held against it. */
export interface LimitCheck {
  readonly limit: LimitId;
  readonly allowed: number | Tolerated;
  /** Null where the run does not tell. */
  readonly measured: number | Tolerated | null;
  readonly status: 'passed' | 'failed' | 'unknown';
  /** Why it cannot be judged; else null. */
  readonly reason: string | null;
}

/** Every limit that was given, in the order of `LimitId`. */
export function checkLimits(summary: Summary, limits: Limits): LimitCheck[] {
  const { minEfficiency, maxTransfer, maxFinding, maxWall, baseline } = limits;
  const checks: LimitCheck[] = [];
  if (minEfficiency !== undefined) checks.push(efficiencyCheck(summary, minEfficiency));
  if (maxTransfer !== undefined) checks.push(atMost('max-transfer', moved(summary), maxTransfer));
  if (maxFinding !== undefined) checks.push(findingCheck(summary.findings, maxFinding));
  if (maxWall !== undefined) checks.push(wallCheck(summary, 'max-wall', maxWall));
  if (baseline !== undefined) checks.push(baselineCheck(summary, baseline));
  return checks;
}

/** Parallel efficiency; of a run with fewer than two workers the device's, where there is one. */
function efficiencyCheck({ efficiency, complete }: Summary, allowed: number): LimitCheck {
  const measured = efficiency.parallel ?? efficiency.device;
  const limit = 'min-efficiency';
  if (!complete) return unknown(limit, allowed, 'the recording ends before the run did');
  if (measured === null)
    return unknown(
      limit,
      allowed,
      'fewer than two workers ran, and no device: there is no parallelism to judge',
    );
  return { limit, allowed, measured, status: measured >= allowed ? 'passed' : 'failed', reason: null };
}

/** Bytes that went from one memory to another: between host and devices, among devices, and between processes and threads. */
const moved = ({ transfers }: Summary): number =>
  transfers.reduce((sum, { direction, bytes }) => (direction === 'D2D' ? sum : sum + bytes), 0);

function findingCheck(findings: readonly Finding[], allowed: Tolerated): LimitCheck {
  const worst = SEVERITIES.find((severity) => findings.some((each) => each.severity === severity)) ?? 'none';
  const status = exceeds(worst, allowed) ? 'failed' : 'passed';
  return { limit: 'max-finding', allowed, measured: worst, status, reason: null };
}

/** Whether a finding is more severe than what is tolerated. */
export const exceeds = (severity: Severity | 'none', allowed: Tolerated): boolean =>
  TOLERATED.indexOf(severity) < TOLERATED.indexOf(allowed);

function wallCheck(summary: Summary, limit: 'max-wall' | 'baseline', allowed: number): LimitCheck {
  const check = atMost(limit, summary.wallSeconds, allowed);
  // A run that was longer than its recording may still exceed what the recording does not.
  return summary.complete || check.status === 'failed'
    ? check
    : unknown(limit, allowed, 'the recording ends before the run did');
}

function baselineCheck(
  summary: Summary,
  { wallSeconds, tolerance }: NonNullable<Limits['baseline']>,
): LimitCheck {
  const allowed = wallSeconds * (1 + tolerance);
  return wallSeconds > 0
    ? wallCheck(summary, 'baseline', allowed)
    : unknown('baseline', allowed, 'the baseline has no wall time');
}

const atMost = (limit: LimitId, measured: number, allowed: number): LimitCheck => ({
  limit,
  allowed,
  measured,
  status: measured <= allowed ? 'passed' : 'failed',
  reason: null,
});

const unknown = (limit: LimitId, allowed: number, reason: string): LimitCheck => ({
  limit,
  allowed,
  measured: null,
  status: 'unknown',
  reason,
});

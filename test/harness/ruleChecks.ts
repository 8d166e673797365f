import { expect } from '@jest/globals';
import { advise } from '../../analyzer/advice/index.ts';
import { RULES } from '../../analyzer/advice/registry.ts';
import type { Conclusion, Rule } from '../../analyzer/advice/rule.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { type DeviceProgram, hostileTraces, ratio } from './deviceProgram.ts';
import { recordingOf } from './recordings.ts';

/** The only conclusion of a rule about a program. */
export function only(rule: Rule, program: DeviceProgram): Conclusion {
  const found = rule.evaluate(program.trace());
  expect(found).toHaveLength(1);
  return found[0] as Conclusion;
}

/** A program about which nothing is said that is worth anyone's time. */
export function silent(rule: Rule, program: DeviceProgram): void {
  expect(advise(program.trace(), [rule])).toEqual([]);
}

/** A rule blames the line of `stack` in `planted`, is silent about `fixed`, and predicts the gain between the two. */
export function holds(rule: Rule, planted: DeviceProgram, fixed: DeviceProgram, blamed: string): Conclusion {
  const its = only(rule, planted);
  const { functions } = planted.trace();
  expect(functions.file[its.site.function]).toBe(`${blamed}.py`);
  expect(its.site.line).toBe(2);
  silent(rule, fixed);
  if (its.gain) {
    const gain = ratio(planted, fixed);
    expect(its.gain.lo).toBeLessThanOrEqual(gain);
    expect(its.gain.hi).toBeGreaterThanOrEqual(gain);
    expect(its.gain.hi).toBeGreaterThan(1.03);
  }
  const [first] = advise(planted.trace(), RULES);
  expect(first?.rule).toBe(rule.id);
  return its;
}

/** A rule has nothing to say of recordings without devices, and does not throw for what none has. */
export function toleratesAnything(rule: Rule): void {
  for (const trace of [new Trace(recordingOf([], [])), ...hostileTraces()]) {
    for (const { gain } of rule.evaluate(trace)) {
      expect(Number.isFinite(gain?.lo ?? 1)).toBe(true);
      expect(Number.isFinite(gain?.hi ?? 1)).toBe(true);
    }
  }
  expect(rule.evaluate(new Trace(recordingOf([], [])))).toEqual([]);
}

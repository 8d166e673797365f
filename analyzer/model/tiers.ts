import type { Schema } from './table.ts';

/**
 * What ran when V8 looked at a thread; the order is the stored value. `interpreted` (V8's mark ~), `baseline` (^), `maglev` (+)
 * and `optimised` (*) are the tiers of a function's own code. `builtin` is code that V8 brings along, `regexp` a compiled
 * regular expression, `native` C++ and system libraries, `gc` the garbage collector, `unknown` an address that nobody owns.
 */
export const TIERS = [
  'interpreted',
  'baseline',
  'maglev',
  'optimised',
  'builtin',
  'regexp',
  'native',
  'gc',
  'unknown',
] as const;
export type Tier = (typeof TIERS)[number];

/**
 * Ticks of a lane, by function and by what ran. `function`: row of `frames`, the innermost JavaScript function at its
 * definition, -1 when there was none. `tier`: index into `TIERS`. `ticks`: looks at which that was so, at the rate that the
 * collector's health tells; they are looks at wall time and not at CPU time. `lane` is -1 when the thread is not known.
 */
export const functionTiersSchema = {
  lane: 'i32',
  function: 'i32',
  tier: 'u8',
  ticks: 'u32',
} as const satisfies Schema;

/** How optimised code was given up; the order is the stored value. */
export const DEOPT_KINDS = ['eager', 'soft', 'lazy', 'dependency-change', 'other'] as const;
export type DeoptKind = (typeof DEOPT_KINDS)[number];

/**
 * Optimised code that was given up. `lane`: the thread, -1 when not known. `time`: Nanos. `function`: row of `frames`, the
 * function whose code it was, at its definition; -1 when not known. `kind`: index into `DEOPT_KINDS`. `reason`: row of
 * `strings`, in V8's words. `file`, `line`: what could not go on as it was compiled, which an inlined function may hold; a row
 * of `strings` and a line, 0 when not known.
 */
export const deoptsSchema = {
  lane: 'i32',
  time: 'i64',
  function: 'i32',
  kind: 'u8',
  reason: 'u32',
  file: 'u32',
  line: 'u32',
} as const satisfies Schema;

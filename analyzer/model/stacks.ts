import type { Schema } from './table.ts';

/** Every distinct text, once. Frames refer to it by row. */
export const stringsSchema = { value: 'utf8' } as const satisfies Schema;

/** Where a frame comes from. The order is the stored value. */
export const LANGUAGES = ['python', 'javascript', 'native', 'kernel'] as const;
export type Language = (typeof LANGUAGES)[number];

/**
 * A place in a program: function and line.
 *
 * `name`, `file`: rows of `strings`. `line`: the line that was executing, 0 when unknown. `functionLine`: where the
 * function is defined, 0 when unknown; two functions of one name in one file differ in it. `language`: index into
 * `LANGUAGES`. A frame with the empty file is not source: a native thread, `[interpreter starting]`.
 */
export const framesSchema = {
  name: 'u32',
  file: 'u32',
  line: 'u32',
  functionLine: 'u32',
  language: 'u8',
} as const satisfies Schema;

/**
 * A stack is a frame and the stack below it: `parent` is the caller's row, -1 at the outermost frame.
 *
 * A parent always precedes its child. One backward pass over the rows therefore sums a tree
 * (`total[parent[i]] += total[i]`) without building one.
 *
 *     row  parent  frame
 *     0    -1      main        main
 *     1    0       load        main > load
 *     2    0       solve       main > solve
 *     3    2       dot         main > solve > dot
 */
export const stacksSchema = { parent: 'i32', frame: 'u32' } as const satisfies Schema;

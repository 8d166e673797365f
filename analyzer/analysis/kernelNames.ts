/** A name that is no longer than this says too little without what its template was made for. */
const SHORT = 9;
const MOST_INSIDE = 60;

/** What a demangled name has and others have not. */
const DECLARATION = /::|<.*>|\(.*\)/s;
const IDENTIFIER = /^[\p{L}_$~][\p{L}\p{N}_$]*$/u;

/**
 * `vectorized_elementwise_kernel` of `void at::native::vectorized_elementwise_kernel<4, ...>(int, ...)`: the function's own name,
 * without its result, its namespaces, what its template was made for and its parameters. Names that are no declarations stay whole.
 */
export function shortKernelName(name: string): string {
  let [depth, plain, inside, closed] = [0, '', '', false];
  for (const letter of name) {
    if (letter === '<' || letter === '(') depth++;
    if (depth === 0) plain += letter;
    else if (plain !== '' && !closed && inside.length < MOST_INSIDE) inside += letter;
    if (letter === '>' || letter === ')') depth = Math.max(0, depth - 1);
    if (depth === 0 && inside !== '') closed = true;
  }
  if (!DECLARATION.test(name)) return name;
  const own = plain.trim().split(/\s+/).at(-1)?.split('::').at(-1) ?? '';
  // Of `operator()` and the like nothing would be left.
  if (!IDENTIFIER.test(own) || own === 'operator') return name;
  return own.length <= SHORT && inside.startsWith('<') ? `${own}${inside}` : own;
}

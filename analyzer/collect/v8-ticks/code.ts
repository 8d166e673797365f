import type { FrameId, Interner, Tier } from '../../model/index.ts';
import { functionOf } from './functionName.ts';
import type { LoggedCode } from './processed.ts';

/** V8's names of the tiers of JavaScript, over its versions. */
const JAVASCRIPT_TIERS: Readonly<Record<string, Tier>> = {
  Unopt: 'interpreted',
  Ignition: 'interpreted',
  Sparkplug: 'baseline',
  Baseline: 'baseline',
  Maglev: 'maglev',
  Opt: 'optimised',
  Turbofan: 'optimised',
};
/** V8's own code that is no builtin. `BytecodeHandler` runs a function in its stead. */
const CODE_TIERS: Readonly<Record<string, Tier>> = { BytecodeHandler: 'interpreted', RegExp: 'regexp' };

/** What an innermost piece of code says of its tick. */
export function tierOf({ type, kind }: LoggedCode): Tier {
  if (type === 'JS') return JAVASCRIPT_TIERS[kind] ?? 'unknown';
  if (type === 'CODE') return CODE_TIERS[kind] ?? 'builtin';
  return type === 'CPP' || type === 'SHARED_LIB' ? 'native' : 'unknown';
}

export const isJavaScript = ({ type }: LoggedCode): boolean => type === 'JS';

/** The frame of a function at its definition, or -1 for code of the agent, which is named as one. */
export function functionFrame(interner: Interner, name: string, agents: string): FrameId {
  const called = functionOf(name);
  if (agents !== '' && called.file.startsWith(agents))
    return interner.frame('[perfscope]', '', 0, 0, 'native');
  const language = called.file === '' ? 'native' : 'javascript';
  return interner.frame(called.name, called.file, called.line, called.line, language);
}

/** The frame of code that is no JavaScript; null for what is part of the function that it runs. */
export function nativeFrame(interner: Interner, code: LoggedCode): FrameId | null {
  const name = nativeName(code);
  return name === null ? null : interner.frame(name, '', 0, 0, 'native');
}

function nativeName({ name, type, kind }: LoggedCode): string | null {
  if (type === 'CPP') return name.replace(/@@?[A-Z_.\d]+$/, '');
  if (type === 'SHARED_LIB') return `[${name.split('/').at(-1)}]`;
  if (kind === 'RegExp') return `/${name}/ [regular expression]`;
  return kind === 'BytecodeHandler' ? null : `${name} [builtin]`;
}

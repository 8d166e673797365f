import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import type { Home } from './origin.ts';

/** Bits that tell what stacks of Node are in the middle of. */
export const SERVES = 1;
export const LOADS = 2;
export const SYNCHRONOUS = 4;
export const COPIES_JSON = 8;

/** Modules of Node that run what a server does with a request, and functions of others by which one comes. */
const SERVER_FILES = /^node:(?:_http_server|internal\/http2\/compat)$/;
const SERVER_FUNCTIONS = new Set([
  'onconnection node:net',
  'onServerStream node:internal/http2/core',
  'sessionOnStream node:internal/http2/core',
  'onMessage node:dgram',
]);
/** Code in which modules are loaded: what a program does at its start holds nobody up. */
const LOADER = 'node:internal/modules/';
/** What node:zlib calls all of its functions that wait for their result. */
const ZLIB_WRAPPER = 'syncBufferWrapper';
/** How the collector calls the time on a line that makes text of a value and parses that. */
const JSON_CLONE = 'JSON.parse(JSON.stringify)';

/** Bits of each row of `stacks`: those of its frame and of all frames that called it. */
export function stackTraits(
  { stacks }: Pick<Tables, 'stacks'>,
  functions: Functions,
  homes: readonly Home[],
): Uint8Array {
  const own = Uint8Array.from(functions.name, (name, id) => traitsOf(name, functions.file[id] as string));
  const isOwn = Uint8Array.from(homes, ({ origin }) => Number(origin === 'own'));
  const traits = new Uint8Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const parent = stacks.parent[i] as number;
    const its = functions.ofFrame[stacks.frame[i] as number] as number;
    const below = parent < 0 ? 0 : (traits[parent] as number);
    // What waits is one call: code of the program that is called from within it is not.
    traits[i] = (isOwn[its] === 1 ? below & ~SYNCHRONOUS : below) | (own[its] as number);
  }
  return traits;
}

function traitsOf(name: string, file: string): number {
  if (file === '') return name === JSON_CLONE ? COPIES_JSON : 0;
  if (!file.startsWith('node:')) return 0;
  // The code of the module itself runs when it is loaded.
  const isModule = name === '' || name === '(anonymous)';
  if ((SERVER_FILES.test(file) && !isModule) || SERVER_FUNCTIONS.has(`${name} ${file}`)) return SERVES;
  if (file.startsWith(LOADER)) return LOADS;
  return name.endsWith('Sync') || (name === ZLIB_WRAPPER && file === 'node:zlib') ? SYNCHRONOUS : 0;
}

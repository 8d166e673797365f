import { Gunzip } from 'fflate';
import { UserError } from '../model/index.ts';
import { HEAD_BYTES, type Head, type Source } from './format.ts';

/** What is read as a whole may have this many bytes: a text of JavaScript's has some 500 million letters at most. */
export const LARGEST_WHOLE = 500e6;

export const isGzip = (bytes: Uint8Array): boolean =>
  bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The same bytes, unpacked where gzip has packed them. `name`: the file, for the UserError (exit code 3) of a damaged one. */
export async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let gunzip: Gunzip | null = null;
  let out: Uint8Array[] = [];
  let isFirst = true;
  let isWhole = false;
  const damaged = (cause?: unknown) =>
    new UserError(`${name} is damaged: it cannot be unpacked.`, 3, cause === undefined ? {} : { cause });
  const push = (chunk: Uint8Array, final: boolean): void => {
    try {
      gunzip?.push(chunk, final);
    } catch (cause) {
      throw damaged(cause);
    }
  };
  for await (const chunk of chunks) {
    if (isFirst && isGzip(chunk))
      gunzip = new Gunzip((data, final) => {
        out.push(data);
        isWhole = final;
      });
    isFirst = false;
    if (gunzip === null) {
      yield chunk;
      continue;
    }
    // Small pieces keep what one of them may unpack to small.
    for (let at = 0; at < chunk.length; at += PIECE) {
      push(chunk.subarray(at, at + PIECE), false);
      yield* out;
      out = [];
    }
  }
  if (gunzip === null) return;
  push(new Uint8Array(0), true);
  yield* out;
  if (!isWhole) throw damaged();
}

/** Bytes that are unpacked at once: deflate makes at most a thousandfold of them. */
const PIECE = 1 << 14;

/** The beginning of a source. */
export async function headOf(bytes: AsyncIterable<Uint8Array>): Promise<Head> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    parts.push(chunk.slice(0, HEAD_BYTES - length));
    length += Math.min(chunk.length, HEAD_BYTES - length);
    if (length >= HEAD_BYTES) break;
  }
  const head = joined(parts, length);
  return { bytes: head, text: new TextDecoder().decode(head) };
}

/** All of a source. Throws a UserError (exit code 3) where that is more than fits. */
export async function wholeOf({ name, bytes }: Source): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes()) {
    length += chunk.length;
    if (length > LARGEST_WHOLE) throw new UserError(`${name} has more than ${LARGEST_WHOLE / 1e6} MB.`, 3);
    parts.push(chunk);
  }
  return joined(parts, length);
}

export const textOf = async (source: Source): Promise<string> =>
  new TextDecoder().decode(await wholeOf(source));

/** All of a source as JSON. Throws a UserError (exit code 3) where it is none. */
export async function jsonOf(source: Source): Promise<unknown> {
  const text = await textOf(source);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new UserError(`${source.name} is damaged: it is no JSON.`, 3, { cause });
  }
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

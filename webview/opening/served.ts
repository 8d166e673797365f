import { type Advice, UserError } from '../../analyzer/model/index.ts';
import type { ServedAddresses } from '../page.ts';
import type { Source } from './source.ts';

/** A recording that a server holds which perfscope started. */
export function servedSource({ recording, advice }: ServedAddresses): Source {
  return {
    name: 'The recording',
    remedy: { sentence: 'Open it again: ', command: 'perfscope view <recording>' },
    bytes: async (onProgress) => {
      const response = await asked(recording);
      const length = Number(response.headers.get('content-length'));
      try {
        return await received(response, length, onProgress);
      } catch (cause) {
        throw gone(cause);
      }
    },
    advice: async () => (await (await asked(advice)).json()) as Advice | null,
  };
}

async function asked(address: string): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { cache: 'no-store', credentials: 'omit' });
  } catch (cause) {
    throw gone(cause);
  }
  if (!response.ok) throw new UserError((await response.text()).trim() || 'perfscope refused to answer.', 3);
  return response;
}

const gone = (cause: unknown): UserError =>
  new UserError('perfscope does not answer: it was ended, or the connection was cut.', 3, { cause });

/** The length is known: the bytes go where they belong as they come, and no second copy is made. */
async function received(
  response: Response,
  length: number,
  onProgress: (share: number) => void,
): Promise<Uint8Array> {
  if (!response.body || !(length > 0)) return new Uint8Array(await response.arrayBuffer());
  const bytes = new Uint8Array(length);
  let filled = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes.set(value, filled);
    filled += value.length;
    onProgress(filled / length);
  }
  if (filled < length) throw new Error('the recording was cut off');
  return bytes;
}

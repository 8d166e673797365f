import { type Advice, UserError } from '../../analyzer/model/index.ts';
import { ADVICE_ID } from '../page.ts';
import { fromBase64 } from '../payload.ts';
import type { Source } from './source.ts';

/** Letters that are decoded between two frames: a multiple of four, and some milliseconds. */
const PIECE = 4 * 2 ** 20;

/** The recording that `reportPage` put into the page; `payload` is the element that holds it. */
export function embeddedSource(payload: HTMLElement): Source {
  return {
    name: 'This report',
    remedy: { sentence: 'Write it again from the recording: ', command: 'perfscope report <recording>' },
    bytes: async (onProgress) => {
      const text = payload.textContent?.trim() ?? '';
      // The text is as large as the recording and of no use any more.
      payload.remove();
      try {
        return await decoded(text, onProgress);
      } catch (cause) {
        throw new UserError('This report is damaged: the recording in it was cut off or changed.', 3, {
          cause,
        });
      }
    },
    advice: async () =>
      JSON.parse(document.getElementById(ADVICE_ID)?.textContent ?? 'null') as Advice | null,
  };
}

async function decoded(text: string, onProgress: (share: number) => void): Promise<Uint8Array> {
  if (text.length <= PIECE) return fromBase64(text);
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let filled = 0;
  for (let at = 0; at < text.length; at += PIECE) {
    const piece = fromBase64(text.slice(at, at + PIECE));
    bytes.set(piece, filled);
    filled += piece.length;
    onProgress(at / text.length);
    await new Promise((resume) => setTimeout(resume));
  }
  return bytes;
}

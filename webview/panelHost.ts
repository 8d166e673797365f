import type { Advice } from '../analyzer/model/index.ts';
import type { Host } from './host.ts';
import type { FromPanel } from './panelMessages.ts';

/** What VS Code gives to the page of a panel. */
export interface EditorApi {
  readonly postMessage: (message: unknown) => void;
  /** What was kept last, also by the page's predecessor before a reload. */
  readonly getState: () => unknown;
  readonly setState: (state: unknown) => void;
}

/** A panel of an editor: it keeps the selection, opens lines and saves files. */
export interface PanelHost extends Host {
  /** The editor selects something, as a fragment of an address. */
  readonly select: (hash: string) => void;
  readonly send: (message: FromPanel) => void;
}

/** `advice` resolves when the editor tells what to change. */
export function panelHost(editor: EditorApi, advice: Promise<Advice | null>): PanelHost {
  const readers: (() => void)[] = [];
  const send = (message: FromPanel): void => editor.postMessage(message);
  return {
    advice: () => advice,
    reveal: (place, follows = false) => send({ kind: 'reveal', place, follows }),
    save: (file) => send({ kind: 'save', file }),
    address: {
      read: () => keptHash(editor.getState()),
      write: (hash) => editor.setState({ hash }),
      onChange: (read) => {
        readers.push(read);
      },
    },
    select: (hash) => {
      editor.setState({ hash });
      for (const read of readers) read();
    },
    send,
  };
}

/** State may be another version's. */
function keptHash(state: unknown): string {
  const hash = typeof state === 'object' && state !== null && 'hash' in state ? state.hash : '';
  return typeof hash === 'string' ? hash : '';
}

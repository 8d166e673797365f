import type { Advice } from '../analyzer/model/index.ts';
import type { Host } from './host.ts';

/** A page of its own: its address keeps the selection, and what is saved is downloaded. */
export function pageHost(advice: () => Promise<Advice | null>): Host {
  return {
    advice,
    reveal: null,
    save: ({ name, type, bytes }) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([bytes], { type }));
      link.download = name;
      link.click();
      // The browser has taken it by then.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    },
    address: {
      read: () => location.hash,
      write: (hash) => {
        try {
          history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
        } catch {
          // A sandboxed page may not write its address; nothing else depends on it.
        }
      },
      onChange: (read) => addEventListener('hashchange', read),
    },
  };
}

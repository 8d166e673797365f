import { render } from 'ink';
import { App, Redraw } from './app.tsx';
import type { Screen } from './screen.ts';
import type { Effect } from './ui.ts';
import type { LiveView } from './view.ts';

export interface Mounted {
  redraw(): void;
  unmount(): void;
}

/** Starts Ink. `onFailure` is called when a frame could not be drawn; Ink has ended then. */
export function mount(
  view: LiveView,
  screen: Screen,
  stdin: NodeJS.ReadStream,
  onEffect: (effect: Effect) => void,
  onFailure: (failure: unknown) => void,
): Mounted {
  const redraw = new Redraw();
  const ink = render(<App view={view} screen={screen} redraw={redraw} onEffect={onEffect} />, {
    stdin,
    // What Ink uses of a terminal: isTTY, columns, rows, write, and the events of a stream.
    stdout: screen as unknown as NodeJS.WriteStream,
    // Every frame as a whole, and no cursor movements of its own.
    debug: true,
    exitOnCtrlC: false,
    patchConsole: false,
    isScreenReaderEnabled: false,
  });
  ink.waitUntilExit().catch(onFailure);
  return { redraw: () => redraw.request(), unmount: () => ink.unmount() };
}

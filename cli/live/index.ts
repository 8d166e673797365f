import { glyphsFor } from './glyphs.ts';
import { type ColourDepth, isLight, paletteFor } from './palette.ts';
import type { LiveRun, LiveTerminal } from './run.ts';
import { Screen } from './screen.ts';
import type { Effect } from './ui.ts';
import { LiveView } from './view.ts';

export type { LiveRun, LiveStatus, LiveTerminal } from './run.ts';

/** Milliseconds of a frame at most: the clock moves ten times a second. */
const TICK = 100;
/** Ticks between two frames that nobody asked for by a key: data comes four times a second. */
const DATA_TICKS = 2;

/**
 * Shows a run until it ends, and gives the terminal back as it was.
 *
 * Resolves as well when the view itself fails: it then says so on stderr, and the run goes on without it.
 */
export async function startLive(run: LiveRun, terminal: LiveTerminal): Promise<void> {
  const { stdin, stdout } = terminal;
  const screen = new Screen(stdout);
  const look = {
    palette: paletteFor(stdout.getColorDepth() as ColourDepth, isLight(process.env)),
    glyphs: glyphsFor(process.env),
  };
  const view = new LiveView(run, look);
  let finish: (failure?: unknown) => void = () => {};
  const finished = new Promise<unknown>((resolve) => {
    finish = resolve;
  });
  let over = false;
  /** A failure of the view must not reach the run, whose events these are. */
  const guarded =
    <T extends unknown[]>(handle: (...args: T) => void) =>
    (...args: T): void => {
      if (over) return;
      try {
        handle(...args);
      } catch (error) {
        finish(error);
      }
    };
  run.onEnd(() => finish());
  run.onBatch(guarded((batch) => view.take(batch)));
  run.onFindings(guarded((findings) => view.found(findings)));
  run.onOutput(guarded((chunk, stream) => view.output(chunk, stream)));

  const restore = (): void => {
    screen.leave();
    if (stdin.isTTY) stdin.setRawMode(false);
  };
  process.on('exit', restore);
  let unmount = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let failure: unknown;
  try {
    const { mount } = await withProduction(() => import('./mount.tsx'));
    // Ink does so only some time after the first frame, and what is typed until then would be lost.
    if (stdin.isTTY) stdin.setRawMode(true);
    screen.enter();
    const onEffect = (effect: Effect): void => {
      if (effect === 'stop') run.stop();
      else if (effect === 'interrupt') run.interrupt();
      else screen.wipe();
    };
    const mounted = mount(view, screen, stdin, guarded(onEffect), finish);
    unmount = mounted.unmount;
    const resized = guarded(() => {
      screen.wipe();
      mounted.redraw();
    });
    stdout.on('resize', resized);
    let ticks = 0;
    let probed = false;
    timer = setInterval(
      guarded(() => {
        if (!probed) {
          probed = true;
          screen.probe();
          mounted.redraw();
        } else if (view.dirty && ++ticks >= DATA_TICKS) {
          ticks = 0;
          mounted.redraw();
        } else screen.put(0, view.title(screen.size));
      }),
      TICK,
    );
    failure = await finished;
    stdout.off('resize', resized);
  } catch (error) {
    failure = error;
  }
  over = true;
  clearInterval(timer);
  screen.leave();
  try {
    unmount();
  } catch (error) {
    failure ??= error;
  }
  restore();
  stdin.pause();
  process.off('exit', restore);
  if (failure !== undefined) report(failure);
}

/**
 * React decides when it is imported whether it checks itself, which takes twice the time. The variable is the target's
 * too, so it is put back at once.
 */
async function withProduction<T>(load: () => Promise<T>): Promise<T> {
  const { env } = process;
  const before = env.NODE_ENV;
  env.NODE_ENV = 'production';
  try {
    return await load();
  } finally {
    if (before === undefined) delete env.NODE_ENV;
    else env.NODE_ENV = before;
  }
}

function report(failure: unknown): void {
  const what = failure instanceof Error ? failure.message : String(failure);
  process.stderr.write(`perfscope: the live view has failed (${what}). The recording goes on without it.\n`);
}

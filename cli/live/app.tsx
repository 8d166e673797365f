import { type Key as InkKey, Text, useInput } from 'ink';
import { useLayoutEffect, useReducer, useSyncExternalStore } from 'react';
import type { Screen } from './screen.ts';
import type { Effect, Key } from './ui.ts';
import type { LiveView } from './view.ts';

/** Tells the component that a new frame is wanted. */
export class Redraw {
  private listener = (): void => {};
  private frames = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listener = listener;
    return () => {
      this.listener = () => {};
    };
  };

  readonly current = (): number => this.frames;

  request(): void {
    this.frames++;
    this.listener();
  }
}

interface AppProps {
  readonly view: LiveView;
  readonly screen: Screen;
  readonly redraw: Redraw;
  readonly onEffect: (effect: Effect) => void;
}

/** Ink's part: keys in, and a frame of row numbers out. Rows are made by `LiveView` and shown by `Screen`. */
export function App({ view, screen, redraw, onEffect }: AppProps) {
  useSyncExternalStore(redraw.subscribe, redraw.current);
  const [, again] = useReducer((count: number) => count + 1, 0);
  // Ink ends its tree when a signal ends the process, of which nothing else is told.
  useLayoutEffect(() => () => screen.leave(), [screen]);
  useInput((input, key) => {
    // The answer to the screen's probe.
    const place = /^\[\d+;(\d+)R$/.exec(input);
    if (place) {
      if (place[1] !== '2') view.drawAscii();
      again();
      return;
    }
    for (const pressed of keysOf(input, key)) {
      const effect = view.press(pressed);
      if (effect) onEffect(effect);
    }
    again();
  });
  return <Text>{screen.hold(view.frame(screen.size).rows)}</Text>;
}

const NAMED = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageUp'],
  ['pageDown', 'pageDown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
] as const satisfies readonly (readonly [keyof InkKey, Exclude<Key['name'], 'char'>])[];

/** The keys of one input of Ink's: those typed fast, or pasted, come as one text. */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.ctrl) {
    if (input === 'c') return [{ name: 'interrupt' }];
    return input === 'l' ? [{ name: 'redraw' }] : [];
  }
  if (key.tab) return [{ name: key.shift ? 'backTab' : 'tab' }];
  for (const [flag, name] of NAMED) if (key[flag]) return [{ name }];
  // What else begins with an escape is no text: Alt with a key, a function key.
  if (key.meta) return [];
  return [...input].map(typedKey).filter((each) => each !== null);
}

/** A character that came among others, where Ink names no key. */
function typedKey(char: string): Key | null {
  if (char === '\t') return { name: 'tab' };
  if (char === '\r' || char === '\n') return { name: 'enter' };
  if (char === '\x7f' || char === '\b') return { name: 'backspace' };
  if (char === '\x03') return { name: 'interrupt' };
  if (char === '\x0c') return { name: 'redraw' };
  return char < ' ' ? null : { name: 'char', text: char };
}

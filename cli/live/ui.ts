/** What the user has chosen to see. Things are chosen by their number and not by their row, so that a choice stays with the thing. */
export interface UiState {
  readonly view: View;
  /** The lane whose functions and calls are shown; null for all. */
  readonly lane: number | null;
  /** Chosen function, in the functions view; null for none. */
  readonly called: number | null;
  /** Chosen row of the pools view; null for none. */
  readonly task: number | null;
  /** Place of the chosen finding among the findings. */
  readonly finding: number;
  /** Node of the call tree that fills the flame graph; 0 for the root. */
  readonly zoom: number;
  /** Where Esc leads from that zoom, the latest last. */
  readonly zoomedFrom: readonly number[];
  /** Node under the cursor of the flame graph. */
  readonly box: number;
  readonly search: string;
  readonly typing: boolean;
  /** Whether the overlay with the keys is up. */
  readonly keys: boolean;
  /** Lines of output between the last one shown and the newest; 0 follows the output. */
  readonly scroll: number;
}

/** The last one is passed over while nothing was found. */
export const VIEWS = ['overview', 'functions', 'flame', 'lanes', 'pools', 'log', 'findings'] as const;
export type View = (typeof VIEWS)[number];

export const INITIAL: UiState = {
  view: 'overview',
  lane: null,
  called: null,
  task: null,
  finding: 0,
  zoom: 0,
  zoomedFrom: [],
  box: 0,
  search: '',
  typing: false,
  keys: false,
  scroll: 0,
};

/** A box of the flame graph as it was drawn. */
export interface Box {
  readonly node: number;
  readonly x: number;
  readonly cells: number;
}

/** What the last frame showed, which keys move about in. */
export interface Scene {
  /** Lanes in their order. */
  readonly lanes: readonly number[];
  /** Functions in their order. */
  readonly functions: readonly number[];
  /** Rows of the pools view in their order, with the function of each; below zero for none. */
  readonly tasks: readonly { readonly id: number; readonly called: number }[];
  /** How many findings there are. */
  readonly findings: number;
  readonly flame: readonly (readonly Box[])[];
  /** The node of a function that has most of its time. */
  readonly heaviest: (called: number) => number;
  /** Lines of output that are kept, and all that there were. */
  readonly logLines: number;
  readonly logTotal: number;
  /** Rows of the view's list: how far a page key goes. */
  readonly page: number;
}

export const EMPTY_SCENE: Scene = {
  lanes: [],
  functions: [],
  tasks: [],
  findings: 0,
  flame: [],
  heaviest: () => 0,
  logLines: 0,
  logTotal: 0,
  page: 10,
};

/** A key by name; `char` with its text for those that print. */
export type Key =
  | { readonly name: 'char'; readonly text: string }
  | {
      readonly name:
        | 'up'
        | 'down'
        | 'left'
        | 'right'
        | 'pageUp'
        | 'pageDown'
        | 'home'
        | 'end'
        | 'enter'
        | 'escape'
        | 'tab'
        | 'backTab'
        | 'backspace'
        | 'interrupt'
        | 'redraw';
    };

export type Effect = 'stop' | 'interrupt' | 'redraw';

export interface Outcome {
  readonly ui: UiState;
  readonly effect?: Effect;
}

import type { RunComparison } from '../analyzer/advice/runComparison.ts';
import type { Advice } from '../analyzer/model/index.ts';
import type { SavedFile, SourcePlace } from './host.ts';

/** What the viewer in a panel and the editor around it tell each other. Both sides check what arrives: neither trusts the other's shape. */

/** From the editor to the page. */
export type ToPanel =
  | {
      readonly kind: 'recording';
      /** Of the file, for messages. */
      readonly name: string;
      /** A `.perfscope` file, in an array of its own: a Node Buffer arrives as a slow object of numbers. */
      readonly bytes: Uint8Array;
    }
  /** Two of them, and what they come to. */
  | {
      readonly kind: 'comparison';
      readonly before: Uint8Array;
      readonly after: Uint8Array;
      readonly comparison: RunComparison;
    }
  | { readonly kind: 'advice'; readonly advice: Advice | null }
  /** Selects what a fragment of an address says, see `state/hash.ts`. */
  | { readonly kind: 'select'; readonly hash: string }
  | { readonly kind: 'failure'; readonly message: string };

/** From the page to the editor. */
export type FromPanel =
  /** The page runs and has nothing yet. */
  | { readonly kind: 'ready' }
  /** The first picture is there. */
  | { readonly kind: 'shown'; readonly milliseconds: number }
  | { readonly kind: 'reveal'; readonly place: SourcePlace; readonly follows: boolean }
  | { readonly kind: 'save'; readonly file: SavedFile };

/** A fragment is some thousand letters at most; more is no selection of ours. */
const LONGEST_HASH = 20_000;
const LONGEST_NAME = 4096;

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length <= most;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** What the editor sent; null for anything that it does not send. */
export function toPanel(message: unknown): ToPanel | null {
  if (!isFields(message)) return null;
  switch (message.kind) {
    case 'recording': {
      const { name, bytes } = message;
      return isText(name, LONGEST_NAME) && bytes instanceof Uint8Array
        ? { kind: 'recording', name, bytes }
        : null;
    }
    case 'comparison': {
      const { before, after, comparison } = message;
      return before instanceof Uint8Array &&
        after instanceof Uint8Array &&
        isFields(comparison) &&
        isFields(comparison.comparison)
        ? { kind: 'comparison', before, after, comparison: comparison as unknown as RunComparison }
        : null;
    }
    case 'advice': {
      const { advice } = message;
      if (advice === null) return { kind: 'advice', advice };
      return isFields(advice) && Array.isArray(advice.findings)
        ? { kind: 'advice', advice: advice as unknown as Advice }
        : null;
    }
    case 'select':
      return isText(message.hash, LONGEST_HASH) ? { kind: 'select', hash: message.hash } : null;
    case 'failure':
      return isText(message.message, LONGEST_HASH) ? { kind: 'failure', message: message.message } : null;
    default:
      return null;
  }
}

/** What the page sent; null for anything that it does not send. */
export function fromPanel(message: unknown): FromPanel | null {
  if (!isFields(message)) return null;
  switch (message.kind) {
    case 'ready':
      return { kind: 'ready' };
    case 'shown': {
      const { milliseconds } = message;
      return typeof milliseconds === 'number' ? { kind: 'shown', milliseconds } : null;
    }
    case 'reveal': {
      const { place } = message;
      if (!isFields(place)) return null;
      const { file, line } = place;
      return isText(file, LONGEST_NAME) && file !== '' && isLine(line)
        ? { kind: 'reveal', place: { file, line }, follows: message.follows === true }
        : null;
    }
    case 'save': {
      const { file } = message;
      if (!isFields(file)) return null;
      const { name, type, bytes } = file;
      return isText(name, LONGEST_NAME) && isText(type, LONGEST_NAME) && bytes instanceof Uint8Array
        ? { kind: 'save', file: { name: withoutFolder(name), type, bytes: new Uint8Array(bytes) } }
        : null;
    }
    default:
      return null;
  }
}

const isLine = (line: unknown): line is number =>
  typeof line === 'number' && Number.isSafeInteger(line) && line >= 0;

const withoutFolder = (name: string): string => name.replace(/^.*[/\\]/s, '') || 'perfscope';

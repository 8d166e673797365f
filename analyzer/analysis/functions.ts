import type { Tables } from '../model/index.ts';

/**
 * The distinct functions of a recording. Two frames belong to one function when name, file and the line of its definition
 * agree; the executing line does not matter.
 */
export interface Functions {
  readonly count: number;
  readonly name: readonly string[];
  /** Source file; empty for what is not source. */
  readonly file: readonly string[];
  /** Line of the definition; 0 when unknown. */
  readonly line: Uint32Array;
  /** Index into `LANGUAGES`. */
  readonly language: Uint8Array;
  /** The function of each row of `frames`. */
  readonly ofFrame: Uint32Array;
}

export function functionsOf({ strings, frames }: Pick<Tables, 'strings' | 'frames'>): Functions {
  const known = new Map<string, number>();
  const name: string[] = [];
  const file: string[] = [];
  const line: number[] = [];
  const language: number[] = [];
  const ofFrame = new Uint32Array(frames.length);
  // Merged recordings hold a text more than once, so the key is the text and not its number.
  for (let i = 0; i < frames.length; i++) {
    const itsName = strings.value[frames.name[i] as number] as string;
    const itsFile = strings.value[frames.file[i] as number] as string;
    const itsLine = frames.functionLine[i] as number;
    const key = `${itsName}\0${itsFile}\0${itsLine}`;
    let id = known.get(key);
    if (id === undefined) {
      id = name.length;
      known.set(key, id);
      name.push(itsName);
      file.push(itsFile);
      line.push(itsLine);
      language.push(frames.language[i] as number);
    }
    ofFrame[i] = id;
  }
  return {
    count: name.length,
    name,
    file,
    line: Uint32Array.from(line),
    language: Uint8Array.from(language),
    ofFrame,
  };
}

import { BYTES, type Field, fieldsOf, numbersOf, signed, VARINT } from './wire.ts';

type Id = number | bigint;

/** Numbers of the fields of `perftools.profiles.Profile` (github.com/google/pprof/blob/main/proto/profile.proto). */
export const PROFILE = {
  sampleType: 1,
  sample: 2,
  mapping: 3,
  location: 4,
  function: 5,
  strings: 6,
  timeNanos: 9,
  durationNanos: 10,
  periodType: 11,
  period: 12,
  defaultType: 14,
} as const;

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

export interface PprofSample {
  /** Innermost first. */
  readonly locations: readonly Id[];
  readonly values: readonly number[];
  /** Words and numbers by key. */
  readonly labels: ReadonlyMap<string, string>;
}

interface Place {
  readonly function: Id;
  readonly line: number;
}

export interface PprofFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** A profile of pprof as it was written, with texts for their numbers. */
export interface PprofProfile {
  readonly types: readonly ValueType[];
  readonly samples: readonly PprofSample[];
  /** The innermost inlined function first. */
  readonly locations: ReadonlyMap<
    Id,
    { readonly places: readonly Place[]; readonly address: Id; readonly mapping: string }
  >;
  readonly functions: ReadonlyMap<Id, PprofFunction>;
  readonly timeNanos: number;
  readonly durationNanos: number;
  readonly period: number;
  readonly periodType: ValueType;
  readonly defaultType: string;
}

/** Throws an Error with a phrase where the bytes are no profile. */
export function parsePprof(bytes: Uint8Array): PprofProfile {
  const fields = [...fieldsOf(bytes)];
  const decoder = new TextDecoder();
  const strings = messages(fields, PROFILE.strings).map((each) => decoder.decode(each));
  const text = (index: Id): string => strings[Number(index)] ?? '';
  const typeOf = (message: Uint8Array): ValueType => {
    const inner = fieldMap(message);
    return { type: text(inner(1)), unit: text(inner(2)) };
  };
  const mappings = new Map(
    messages(fields, PROFILE.mapping).map((message) => {
      const inner = fieldMap(message);
      return [inner(1), text(inner(5))] as const;
    }),
  );
  const single = (number: number): Id => fields.findLast((each) => each.number === number)?.value ?? 0;
  const [periodType] = messages(fields, PROFILE.periodType);
  return {
    types: messages(fields, PROFILE.sampleType).map(typeOf),
    samples: messages(fields, PROFILE.sample).map((message) => sampleOf(message, text)),
    locations: new Map(messages(fields, PROFILE.location).map((message) => locationOf(message, mappings))),
    functions: new Map(
      messages(fields, PROFILE.function).map((message) => {
        const inner = fieldMap(message);
        const name = text(inner(2)) || text(inner(3));
        return [inner(1), { name, file: text(inner(4)), line: Math.max(0, signed(inner(5))) }] as const;
      }),
    ),
    timeNanos: signed(single(PROFILE.timeNanos)),
    durationNanos: signed(single(PROFILE.durationNanos)),
    period: signed(single(PROFILE.period)),
    periodType: periodType ? typeOf(periodType) : { type: '', unit: '' },
    defaultType: text(single(PROFILE.defaultType)),
  };
}

/** Whether bytes begin as a profile does: fields that it has, of the right kinds, and the type of its samples among them. */
export function beginsAsPprof(head: Uint8Array): boolean {
  const seen = new Set<number>();
  let count = 0;
  try {
    for (const { number, type, bytes } of fieldsOf(head)) {
      const isMessage = number >= PROFILE.sampleType && number <= PROFILE.strings;
      const isRight =
        isMessage || number === PROFILE.periodType ? type === BYTES : type === VARINT || type === BYTES;
      if (number < 1 || number > PROFILE.defaultType + 1 || !isRight) return false;
      if (number === PROFILE.sampleType && (bytes.length === 0 || bytes.length > 20 || bytes[0] !== 8))
        return false;
      seen.add(number);
      count++;
    }
  } catch {
    // The last field is cut off where more follows than was looked at.
  }
  return count > 1 && seen.has(PROFILE.sampleType);
}

const messages = (fields: readonly Field[], number: number): Uint8Array[] =>
  fields.filter((field) => field.number === number && field.type === BYTES).map(({ bytes }) => bytes);

/** The numbers of a message by field; the last of each counts. */
function fieldMap(message: Uint8Array): (number: number) => Id {
  const values = new Map<number, Id>();
  for (const { number, value } of fieldsOf(message)) values.set(number, value);
  return (number) => values.get(number) ?? 0;
}

function sampleOf(message: Uint8Array, text: (index: Id) => string): PprofSample {
  const locations: Id[] = [];
  const values: number[] = [];
  const labels = new Map<string, string>();
  for (const field of fieldsOf(message)) {
    if (field.number === 1) for (const id of numbersOf(field)) locations.push(id);
    else if (field.number === 2) for (const value of numbersOf(field)) values.push(signed(value));
    else if (field.number === 3) {
      const inner = fieldMap(field.bytes);
      labels.set(text(inner(1)), text(inner(2)) || String(signed(inner(3))));
    }
  }
  return { locations, values, labels };
}

function locationOf(message: Uint8Array, mappings: ReadonlyMap<Id, string>) {
  let [id, address, mapping]: Id[] = [0, 0, 0];
  const places: Place[] = [];
  for (const { number, value, bytes } of fieldsOf(message)) {
    if (number === 1) id = value;
    else if (number === 2) mapping = value;
    else if (number === 3) address = value;
    else if (number === 4) {
      const inner = fieldMap(bytes);
      places.push({ function: inner(1), line: Math.max(0, signed(inner(2))) });
    }
  }
  return [id ?? 0, { places, address: address ?? 0, mapping: mappings.get(mapping ?? 0) ?? '' }] as const;
}

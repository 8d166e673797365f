'use strict';
/**
 * What a message takes when it is serialised, without serialising it: by V8's format (tags, varints), with arrays and maps looked at
 * in a few places. Nothing of the program runs meanwhile: proxies and accessors are not asked.
 */
const { isProxy } = require('node:util').types;

/** Objects that a look visits at most, elements of one list, and characters of a text. */
const THOROUGH = { objects: 96, elements: 16, characters: 256 };
const QUICK = { objects: 8, elements: 3, characters: 16 };
const UNKNOWN = 16;
const ENVELOPE = 2;
const ObjectPrototype = Object.prototype;
const { getOwnPropertyDescriptor, keys } = Object;

const varint = (value) =>
  value < 128 ? 1 : value < 16384 ? 2 : value < 2097152 ? 3 : value < 268435456 ? 4 : 5;

/** Whether V8 keeps the text in two bytes a character, as far as `looks` at it tell. */
function isWide(text, looks) {
  const step = Math.max(1, Math.floor(text.length / looks));
  for (let i = 0; i < text.length; i += step) if (text.charCodeAt(i) > 255) return true;
  return false;
}

function numberSize(value) {
  if (!Number.isInteger(value) || Object.is(value, -0) || value >= 2 ** 30 || value < -(2 ** 30)) return 9;
  return 1 + varint(value >= 0 ? 2 * value : -2 * value - 1);
}

/** `bytes` of a value, and whether no part of it was guessed. */
class Sizer {
  constructor() {
    this.left = 0;
    this.elements = 0;
    this.characters = 0;
    this.isExact = true;
    this.seen = null;
  }

  measure(value, isThorough = true) {
    const { objects, elements, characters } = isThorough ? THOROUGH : QUICK;
    this.left = objects;
    this.elements = elements;
    this.characters = characters;
    this.isExact = true;
    this.seen = null;
    return Math.round(ENVELOPE + this.size(value));
  }

  size(value) {
    switch (typeof value) {
      case 'string':
        return this.textSize(value);
      case 'number':
        return numberSize(value);
      case 'boolean':
      case 'undefined':
        return 1;
      case 'bigint':
        return 2 + 8 * Math.ceil(value.toString(16).length / 16);
      case 'object':
        return value === null ? 1 : this.objectSize(value);
      default:
        return 0;
    }
  }

  textSize(text) {
    if (text.length >= 2 * this.characters) this.isExact = false;
    const bytes = isWide(text, this.characters) ? 2 * text.length + 1 : text.length;
    return 1 + varint(bytes) + bytes;
  }

  objectSize(value) {
    this.seen ??= new Set();
    if (this.seen.has(value)) return 2;
    if (this.left-- <= 0 || isProxy(value)) {
      this.isExact = false;
      return UNKNOWN;
    }
    this.seen.add(value);
    if (ArrayBuffer.isView(value)) return this.objectSize(value.buffer) + 8;
    if (value instanceof ArrayBuffer) return 1 + varint(value.byteLength) + value.byteLength;
    if (value instanceof SharedArrayBuffer) return 3;
    if (Array.isArray(value)) return this.arraySize(value);
    if (value instanceof Map) return 3 + this.listSize(value, value.size, true);
    if (value instanceof Set) return 3 + this.listSize(value, value.size, false);
    if (value instanceof Date) return 9;
    return this.fieldsSize(value);
  }

  /** Of an array: the first elements, and some spread over the rest. */
  arraySize(array) {
    const { length } = array;
    const looks = Math.min(length, this.elements, Math.max(2, this.left));
    if (looks < length) this.isExact = false;
    let sum = 0;
    for (let i = 0; i < looks; i++) sum += this.fieldSize(array, Math.floor((i * length) / looks));
    return 3 + 2 * varint(length) + (looks === 0 ? 0 : (sum * length) / looks);
  }

  listSize(list, size, isMap) {
    const iterator = (isMap ? Map : Set).prototype.entries.call(list);
    const looks = Math.min(size, this.elements);
    if (looks < size) this.isExact = false;
    let sum = 0;
    for (let i = 0; i < looks; i++) {
      const [key, value] = iterator.next().value;
      sum += this.size(key) + (isMap ? this.size(value) : 0);
    }
    return looks === 0 ? 0 : (sum * size) / looks;
  }

  fieldsSize(object) {
    if (Object.getPrototypeOf(object) !== ObjectPrototype) this.isExact = false;
    const names = keys(object);
    const looks = Math.min(names.length, Math.max(8, this.left));
    if (looks < names.length) this.isExact = false;
    let sum = 0;
    for (let i = 0; i < looks; i++) {
      const name = names[Math.floor((i * names.length) / looks)];
      const index = Number(name);
      sum += String(index) === name ? numberSize(index) : this.textSize(name);
      sum += this.fieldSize(object, name);
    }
    return 2 + varint(names.length) + (looks === 0 ? 0 : (sum * names.length) / looks);
  }

  fieldSize(object, name) {
    const field = getOwnPropertyDescriptor(object, name);
    if (field === undefined) return 1;
    if ('value' in field) return this.size(field.value);
    this.isExact = false;
    return UNKNOWN;
  }
}

module.exports = { Sizer };

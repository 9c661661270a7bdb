import type { Vocabulary } from '../vocabulary.js';
import { hashOf, nextHash } from './hash.js';

const none = -1;

/** The tokens of a vocabulary by their UTF-16 units. */
export interface TokenTable {
  /** How many units a token has. */
  size(id: number): number;
  /** The id of the token of these units, whose hash is given; -1 if there is none. */
  find(units: Uint16Array, from: number, to: number, hash: number): number;
  /** The id of the longest token that `units[from, end)` begins with and that ends beyond `least`; -1 if there is none. */
  longest(units: Uint16Array, from: number, least: number, end: number): number;
}

/** A hash table over one array of units. It is made of small functions without `this`: engines compile them while the first text is read. */
export function tokenTable(vocabulary: Vocabulary): TokenTable {
  const { idLimit } = vocabulary;
  /** By id where the token's units start; they end where those of the next one start. */
  const starts = new Int32Array(idLimit + 1);
  for (let id = 0; id < idLimit; id++) starts[id + 1] = starts[id]! + (vocabulary.token(id) ?? '').length;
  const text = new Uint16Array(starts[idLimit]!);
  let places = 1024;
  while (places < vocabulary.size * 2) places *= 2;
  /** Per place a hash (-1 where it is free) and an id. */
  const slots = new Int32Array(places * 2).fill(none);
  const wrap = slots.length - 1;
  let longestSize = 0;

  /** Apart from the loop, so that engines compile it once. */
  const add = (token: string, id: number) => {
    const start = starts[id]!;
    for (let index = 0; index < token.length; index++) text[start + index] = token.charCodeAt(index);
    const hash = hashOf(text, start, starts[id + 1]!);
    let at = (hash << 1) & wrap;
    while (slots[at] !== none) at = (at + 2) & wrap;
    slots[at] = hash;
    slots[at + 1] = id;
    longestSize = Math.max(longestSize, token.length);
  };
  for (let id = 0; id < idLimit; id++) if (starts[id + 1]! > starts[id]!) add(vocabulary.token(id)!, id);
  /** By length the hashes of what may be a token. */
  const hashes = new Int32Array(longestSize + 1);

  const is = (id: number, units: Uint16Array, from: number, to: number) => {
    let place = starts[id]!;
    if (starts[id + 1]! - place !== to - from) return false;
    while (from < to && units[from] === text[place]) {
      from++;
      place++;
    }
    return from === to;
  };
  const find = (units: Uint16Array, from: number, to: number, hash: number) => {
    for (let at = (hash << 1) & wrap; ; at = (at + 2) & wrap) {
      const found = slots[at]!;
      if (found === hash && is(slots[at + 1]!, units, from, to)) return slots[at + 1]!;
      if (found === none) return none;
    }
  };
  return {
    size: id => starts[id + 1]! - starts[id]!,
    find,
    longest(units, from, least, end) {
      const last = Math.min(end - from, longestSize);
      for (let length = 0, hash = 0; length < last; ) {
        hash = nextHash(hash, units[from + length]!);
        hashes[++length] = hash;
      }
      for (let length = last; from + length > least; length--) {
        const id = find(units, from, from + length, hashes[length]!);
        if (id >= 0) return id;
      }
      return none;
    },
  };
}

import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import { bpeFrom, readRules } from './bpe.js';
import { FirstSymbols } from './first-symbols.js';
import { Heap, placeSpan, Symbols } from './merge.js';
import type { Model } from './model.js';
import type { PairTable } from './pair-table.js';

/** Byte-pair encoding that can leave out merges at random (Provilkov, Emelianenko and Voita 2020), by itself where the file has a `dropout`. */
export const bpeWithDropout: Reader<Model> = fields => {
  const dropout = fields.has('dropout') ? fields.raw('dropout') : 0;
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
    failFile(`${fields.path('dropout')} must be a number from 0 to 1, it is ${JSON.stringify(dropout)}`);
  }
  const model = bpeFrom(fields);
  const { vocabulary, merges, unknownId } = model;
  const first = new FirstSymbols(vocabulary, readRules(fields, vocabulary));
  const symbols = new Symbols();
  const withDropout = (rate: number, seed: number): Model => {
    const random = randomNumbers(seed);
    return {
      vocabulary,
      readsBytes: true,
      unknownId,
      tokenize(text, start, end, bytes, ids, spans) {
        symbols.count = 0;
        if (bytes) first.ofBytes(text, start, end, symbols);
        else first.ofCharacters(text, start, end, symbols);
        mergeSome(symbols, merges!, rate, random);
        for (let index = 0, at = 0; index < symbols.count; index++) {
          ids.push(symbols.ids[index]!);
          spans?.push(at, (at += symbols.lengths[index]!));
        }
        symbols.release();
      },
    };
  };
  return { ...model, withDropout, ...(dropout > 0 && { dropout }) };
};

/**
 * Merges as `merge` does, but each time a pair is up it is passed over with probability `rate`; what was passed over is up again after the next one that was
 * not. It ends when all that is left was passed over.
 */
export function mergeSome(symbols: Symbols, table: PairTable, rate: number, random: () => number): void {
  const { ids, lengths, count } = symbols;
  const next = Int32Array.from({ length: count }, (_, at) => at + 1);
  const previous = Int32Array.from({ length: count }, (_, at) => at - 1);
  const heap = new Heap(Math.max(1, count));
  const offer = (at: number) => {
    const found = table.find(ids[at]!, ids[next[at]!]!);
    if (found >= 0) heap.push(table.first(found) * placeSpan + at);
  };
  for (let at = 0; at < count - 1; at++) offer(at);
  let passed: number[] = [];
  while (heap.size > 0) {
    const key = heap.pop();
    if (random() < rate) {
      passed.push(key);
      continue;
    }
    for (const other of passed) heap.push(other);
    passed = [];
    const rank = Math.floor(key / placeSpan);
    const at = key - rank * placeSpan;
    const right = next[at]!;
    if (lengths[at] === -1 || right >= count) continue; // merged away, or last by now
    const found = table.find(ids[at]!, ids[right]!);
    if (found < 0 || table.first(found) !== rank) continue; // one side has grown since
    ids[at] = table.second(found);
    lengths[at]! += lengths[right]!;
    lengths[right] = -1;
    const after = next[right]!;
    next[at] = after;
    if (after < count) {
      previous[after] = at;
      offer(at);
    }
    if (previous[at]! >= 0) offer(previous[at]!);
  }
  let kept = 0;
  for (let at = 0; at < count; at = next[at]!) {
    ids[kept] = ids[at]!;
    lengths[kept++] = lengths[at]!;
  }
  symbols.count = kept;
}

/** Numbers from 0 up to 1, the same ones for a seed (a 32-bit counter through a mixing function). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

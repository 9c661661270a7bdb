import { abbreviateJson, failFile } from '../../errors.js';
import type { ComponentReader } from '../../formats/json/components.js';
import type { Model } from '../model.js';
import { readBpe, readSymbolRules } from './bpe.js';
import { InitialSymbols } from './initial-symbols.js';
import { mergeByHeap, Symbols } from './merge.js';

/**
 * Byte-pair encoding that can drop merges at random (Provilkov, Emelianenko and Voita 2020). A file may set a default
 * `dropout`.
 */
export const bpeWithDropout: ComponentReader<Model> = fields => {
  const dropout = fields.has('dropout') ? fields.raw('dropout') : 0;
  if (typeof dropout !== 'number' || !(dropout >= 0 && dropout <= 1)) {
    failFile(`${fields.path('dropout')} must be a number from 0 to 1, it is ${abbreviateJson(dropout)}`);
  }
  const model = readBpe(fields);
  const { vocabulary, merges, unknownId } = model;
  const first = new InitialSymbols(vocabulary, readSymbolRules(fields, vocabulary));
  const symbols = new Symbols();
  const withDropout = (rate: number, seed: number): Model => {
    const random = randomNumbers(seed);
    return {
      vocabulary,
      acceptsBytes: true,
      unknownId,
      tokenize(text, start, end, bytes, ids, spans) {
        symbols.count = 0;
        if (bytes) first.fromBytes(text, start, end, symbols);
        else first.fromCharacters(text, start, end, symbols);
        mergeByHeap(symbols, merges!, () => random() < rate); // each candidate merge may be skipped
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

/** A generator of numbers in [0, 1), deterministic for a seed: a 32-bit counter and a mixing function. */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

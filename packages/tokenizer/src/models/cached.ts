import { textOf } from '../unicode.js';
import { hashOf } from './byte-tokens.js';
import type { Model } from './model.js';
import { longestWord, WordCache } from './word-cache.js';

/** A model that remembers the ids of the pieces it has seen, in 2.5 MB. A tokenizer's pieces are all bytes or all characters. */
export function cached(model: Model): Model {
  const cache = new WordCache<Uint16Array>(Uint16Array);
  const piece = new Uint16Array(longestWord);
  const read = (units: Uint16Array, from: number, to: number, bytes: boolean, ids: number[]) => {
    const hash = hashOf(units, from, to);
    if (cache.recall(units, from, to, hash, ids)) return;
    const first = ids.length;
    if (model.readUnits && !bytes) model.readUnits(units, from, to, ids);
    else model.tokenize(textOf(units, from, to), 0, to - from, bytes, ids);
    cache.remember(units, from, to, hash, ids, first);
  };
  return {
    ...model,
    cacheBytes: cache.byteLength,
    readUnits: (units, from, to, ids) => read(units, from, to, false, ids),
    tokenize(text, start, end, bytes, ids, spans) {
      const length = end - start;
      if (spans || length > longestWord) return model.tokenize(text, start, end, bytes, ids, spans);
      for (let at = 0; at < length; at++) piece[at] = text.charCodeAt(start + at);
      read(piece, 0, length, bytes, ids);
    },
  };
}

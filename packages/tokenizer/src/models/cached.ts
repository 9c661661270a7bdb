import { textOf } from '../unicode.js';
import { hashOf } from './byte-tokens.js';
import type { Model } from './model.js';
import { PieceMemory } from './piece-memory.js';
import { WordCache } from './word-cache.js';

/** A model that remembers the ids of the pieces it has seen, in 5 MB. A tokenizer's pieces are all bytes or all characters. */
export function cached(model: Model): Model {
  const cache = new WordCache<Uint16Array>(Uint16Array);
  const memory = new PieceMemory();
  return {
    ...model,
    cacheBytes: cache.byteLength + memory.byteLength,
    readUnits(units, from, to, ids) {
      const hash = hashOf(units, from, to);
      if (cache.recall(units, from, to, hash, ids)) return;
      const first = ids.length;
      if (model.readUnits) model.readUnits(units, from, to, ids);
      else model.tokenize(textOf(units, from, to), 0, to - from, false, ids);
      cache.remember(units, from, to, hash, ids, first);
    },
    tokenize(text, start, end, bytes, ids, spans) {
      if (spans) return model.tokenize(text, start, end, bytes, ids, spans);
      const piece = text.slice(start, end);
      if (memory.recall(piece, ids)) return;
      const first = ids.length;
      model.tokenize(text, start, end, bytes, ids);
      memory.remember(piece, ids, first);
    },
  };
}

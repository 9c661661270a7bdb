import { textOf } from '../unicode.js';
import { hashOf } from './byte-tokens.js';
import type { Model, PieceReader } from './model.js';
import { PieceMemory } from './piece-memory.js';
import { WordCache } from './word-cache.js';

/**
 * A model that remembers the ids of the pieces it has seen, in 5 MB: those that come as strings and those that come as units, which `readUnits` reads where
 * the model can. A tokenizer's pieces are all bytes or all characters.
 */
export function cached(model: Model, readUnits?: PieceReader['units']): Model {
  const cache = new WordCache<Uint16Array>(Uint16Array);
  const memory = new PieceMemory();
  const asCharacters = (piece: string, ids: number[]) => model.tokenize(piece, 0, piece.length, false, ids);
  const asBytes = (piece: string, ids: number[]) => model.tokenize(piece, 0, piece.length, true, ids);
  return {
    ...model,
    cacheBytes: cache.byteLength + memory.byteLength,
    tokenize(text, start, end, bytes, ids, spans) {
      if (spans) return model.tokenize(text, start, end, bytes, ids, spans);
      memory.read([text.slice(start, end)], ids, Number.POSITIVE_INFINITY, bytes ? asBytes : asCharacters);
    },
    pieces: {
      strings: (pieces, ids, limit) => memory.read(pieces, ids, limit, asCharacters),
      units(units, from, to, ids) {
        const hash = hashOf(units, from, to);
        if (cache.recall(units, from, to, hash, ids)) return;
        const first = ids.length;
        if (readUnits) readUnits(units, from, to, ids);
        else asCharacters(textOf(units, from, to), ids);
        cache.remember(units, from, to, hash, ids, first);
      },
    },
  };
}

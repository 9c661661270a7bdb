import { textOf } from '../unicode.js';
import { hashOf } from './hash.js';
import type { Model } from './model.js';
import { PieceMemory } from './piece-memory.js';
import { wordCache } from './word-cache.js';

/** Reads a piece that is given as UTF-16 units. */
type ReadUnits = (units: Uint16Array, from: number, to: number, ids: number[]) => void;

/**
 * A model that remembers the ids of the pieces it has seen, in 5 MB: those that come as strings and those that come as units, which `readUnits` reads where
 * the model can. A tokenizer's pieces are all bytes or all characters.
 */
export function cached(model: Model, readUnits?: ReadUnits): Model {
  const cache = wordCache<Uint16Array>(Uint16Array);
  const memory = new PieceMemory();
  const asCharacters = (piece: string, ids: number[]) => model.tokenize(piece, 0, piece.length, false, ids);
  const asBytes = (piece: string, ids: number[]) => model.tokenize(piece, 0, piece.length, true, ids);
  return {
    ...model,
    cacheBytes: cache.byteLength + memory.byteLength,
    tokenize(text, start, end, bytes, ids, spans) {
      if (spans) return model.tokenize(text, start, end, bytes, ids, spans);
      memory.read(text.slice(start, end), ids, bytes ? asBytes : asCharacters);
    },
    pieces: {
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

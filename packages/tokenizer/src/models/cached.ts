import { unitsAt, writeUtf8 } from '../unicode.js';
import { hashOf } from './byte-tokens.js';
import type { Model } from './model.js';
import { longestWord, WordCache } from './word-cache.js';

/** A model that remembers the ids of the pieces it has seen, in 2.5 MB. A tokenizer's pieces are all bytes or all characters. */
export function cached(model: Model): Model {
  const cache = new WordCache();
  const piece = new Uint8Array(longestWord + 4);
  return {
    ...model,
    cacheBytes: cache.byteLength,
    tokenize(text, start, end, bytes, ids, spans) {
      const length = spans ? -1 : writePiece(text, start, end, piece);
      if (length < 0) return model.tokenize(text, start, end, bytes, ids, spans);
      const hash = hashOf(piece, 0, length);
      if (cache.recall(piece, 0, length, hash, ids)) return;
      const first = ids.length;
      model.tokenize(text, start, end, bytes, ids);
      cache.remember(piece, 0, length, hash, ids, first);
    },
  };
}

/** Writes `text[start, end)` as UTF-8; returns how many bytes it takes, -1 if it is too long to be kept. */
export function writePiece(text: string, start: number, end: number, piece: Uint8Array): number {
  if (end - start > longestWord) return -1;
  let length = 0;
  for (let at = start; at < end && length <= longestWord; at += unitsAt(text, at)) {
    length = writeUtf8(text.codePointAt(at)!, piece, length);
  }
  return length > longestWord ? -1 : length;
}

import { textOf } from '../text/unicode.js';
import { hashOf } from './hash.js';
import type { Model } from './model.js';
import { PreTokenCache } from './pre-token-cache.js';
import { wordCache } from './word-cache.js';

/** Encodes a pre-token that is given as UTF-16 units. */
type EncodeUnits = (units: Uint16Array, from: number, to: number, ids: number[]) => void;

/**
 * Adds caches of 5 MB to a model: one for pre-tokens as strings, one for pre-tokens as UTF-16 units, which
 * `encodeUnits` encodes if given. The pre-tokens of one tokenizer are either all bytes or all characters.
 */
export function withCache(model: Model, encodeUnits?: EncodeUnits): Model {
  const cache = wordCache<Uint16Array>(Uint16Array);
  const preTokenCache = new PreTokenCache();
  const asCharacters = (preToken: string, ids: number[]) => model.tokenize(preToken, 0, preToken.length, false, ids);
  const asBytes = (preToken: string, ids: number[]) => model.tokenize(preToken, 0, preToken.length, true, ids);
  return {
    ...model,
    cacheBytes: cache.byteLength + preTokenCache.byteLength,
    tokenize(text, start, end, bytes, ids, spans) {
      if (spans) return model.tokenize(text, start, end, bytes, ids, spans);
      preTokenCache.encode(text.slice(start, end), ids, bytes ? asBytes : asCharacters);
    },
    preTokenEncoder: {
      encode(units, from, to, ids) {
        const hash = hashOf(units, from, to);
        if (cache.lookUp(units, from, to, hash, ids)) return;
        const first = ids.length;
        if (encodeUnits) encodeUnits(units, from, to, ids);
        else asCharacters(textOf(units, from, to), ids);
        cache.store(units, from, to, hash, ids, first);
      },
    },
  };
}

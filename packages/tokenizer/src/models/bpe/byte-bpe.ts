import { byteAlphabet } from '../../text/byte-alphabet.js';
import { encodeUtf8 } from '../../text/byte-text.js';
import type { Model } from '../model.js';
import type { Vocabulary } from '../vocabulary.js';
import { wordCache } from '../word-cache.js';
import type { ByteTokens } from './byte-tokens.js';
import { merge, Symbols } from './merge.js';
import type { PairTable } from './pair-table.js';

/** Whether the merges turn a token's bytes into that token: not known yet, yes, no. */
const [undecided, isOneToken, isSeveralTokens] = [0, 1, 2];

/** Byte-level BPE over UTF-8. Most pre-tokens are tokens themselves; the ids of the others are cached. */
export function createByteEncoder(
  vocabulary: Vocabulary,
  tokens: ByteTokens,
  merges: PairTable,
  ignoreMerges: boolean,
): Required<Pick<Model, 'encodeBytes' | 'cacheBytes'>> {
  const singles = Int32Array.from(byteAlphabet(), char => vocabulary.id(char)!);
  const kinds = new Uint8Array(vocabulary.idLimit).fill(ignoreMerges ? isOneToken : undecided);
  const symbols = new Symbols();
  const cache = wordCache<Uint8Array>(Uint8Array);

  const encodeBytes = (bytes: Uint8Array, from: number, to: number, ids: number[]) => {
    if (to - from === 1) {
      ids.push(singles[bytes[from]!]!);
      return;
    }
    const token = tokens.find(bytes, from, to);
    if (token >= 0 && kinds[token] === isOneToken) {
      ids.push(token);
      return;
    }
    const { hash } = tokens;
    if (cache.lookUp(bytes, from, to, hash, ids)) return;
    const first = ids.length;
    symbols.count = 0;
    for (let at = from; at < to; at++) symbols.push(singles[bytes[at]!]!, 1);
    merge(symbols, merges);
    symbols.writeTo(ids);
    if (token >= 0) kinds[token] = ids.length - first === 1 && ids[first] === token ? isOneToken : isSeveralTokens;
    if (token < 0 || kinds[token] === isSeveralTokens) cache.store(bytes, from, to, hash, ids, first);
  };
  return { encodeBytes, cacheBytes: cache.byteLength };
}

/** A model that encodes bytes in this way, and other pre-tokens with `characters`. */
export function byteBpe(
  characters: Model,
  vocabulary: Vocabulary,
  tokens: ByteTokens,
  merges: PairTable,
  ignoreMerges: boolean,
): Model {
  const { encodeBytes, cacheBytes } = createByteEncoder(vocabulary, tokens, merges, ignoreMerges);
  return {
    ...characters,
    cacheBytes: cacheBytes + (characters.cacheBytes ?? 0),
    encodeBytes,
    tokenize(text, start, end, bytes, ids, spans) {
      if (!bytes) return characters.tokenize(text, start, end, bytes, ids, spans);
      const first = ids.length;
      const utf8 = encodeUtf8(text.slice(start, end));
      encodeBytes(utf8, 0, utf8.length, ids);
      if (!spans) return;
      for (let index = first, at = 0; index < ids.length; index++)
        spans.push(at, (at += tokens.byteLength(ids[index]!)));
    },
  };
}

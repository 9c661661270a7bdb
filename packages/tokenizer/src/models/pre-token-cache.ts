import { ownCopy } from '../text/unicode.js';
import { maxWordLength } from './word-cache.js';

/** The maximum size of the entries, in bytes as a 64-bit engine uses them. */
const maxBytes = 2.5e6;
const [perPiece, perUnit, perList, perId] = [120, 2, 32, 8];

/**
 * A cache of the ids of pre-tokens by their text. It uses the platform's Map, which is fast from the first pre-token
 * on, while a `WordCache` must be compiled first. It takes 2.5 MB at most; when it is full, it is cleared.
 */
export class PreTokenCache {
  readonly #ids = new Map<string, number | readonly number[]>();
  #bytes = 0;

  /** The maximum size in bytes. */
  readonly byteLength = maxBytes;

  /** Appends the ids of a pre-token. If it is not cached, `tokenize` appends them and they are stored. */
  encode(preToken: string, ids: number[], tokenize: (preToken: string, ids: number[]) => void): void {
    const cachedIds = this.#ids.get(preToken);
    if (cachedIds === undefined) {
      const first = ids.length;
      tokenize(preToken, ids);
      this.#store(preToken, ids, first);
    } else if (typeof cachedIds === 'number') ids.push(cachedIds);
    else for (let index = 0; index < cachedIds.length; index++) ids.push(cachedIds[index]!);
  }

  /** Stores `ids[first...]` for a pre-token, with a copy of its text: a slice may keep a whole text alive. */
  #store(preToken: string, ids: readonly number[], first: number): void {
    const count = ids.length - first;
    if (preToken.length > maxWordLength) return;
    this.#bytes += perPiece + perUnit * preToken.length + (count === 1 ? 0 : perList + perId * count);
    if (this.#bytes > maxBytes) {
      this.#ids.clear();
      this.#bytes = 0;
    }
    this.#ids.set(ownCopy(preToken), count === 1 ? ids[first]! : ids.slice(first));
  }
}

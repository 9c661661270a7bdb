import { ownCopy } from '../text/unicode.js';
import { maxWordLength } from './word-cache.js';

/** What its pieces may take, in bytes as a 64-bit engine spends them. */
const maxBytes = 2.5e6;
const [perPiece, perUnit, perList, perId] = [120, 2, 32, 8];

/**
 * Remembers the ids of pieces seen before, by their text: the platform's own map, fast from the first piece on, where a
 * `WordCache` must first be compiled. It takes 2.5 MB at most; when it is full it starts afresh.
 */
export class PreTokenCache {
  readonly #ids = new Map<string, number | readonly number[]>();
  #bytes = 0;

  /** How many bytes it may take. */
  readonly byteLength = maxBytes;

  /** Appends the ids of a piece; of one that is not known yet those that `tokenize` appends, which are kept. */
  encode(preToken: string, ids: number[], tokenize: (preToken: string, ids: number[]) => void): void {
    const cachedIds = this.#ids.get(preToken);
    if (cachedIds === undefined) {
      const first = ids.length;
      tokenize(preToken, ids);
      this.#remember(preToken, ids, first);
    } else if (typeof cachedIds === 'number') ids.push(cachedIds);
    else for (let index = 0; index < cachedIds.length; index++) ids.push(cachedIds[index]!);
  }

  /**
   * Keeps `ids[first...]` for a piece, which is not known yet. A copy of it: it may be a slice that holds on to a whole
   * text.
   */
  #remember(preToken: string, ids: readonly number[], first: number): void {
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

import { ownCopy } from '../unicode.js';
import { longestWord } from './word-cache.js';

/** What its pieces may take, in bytes as a 64-bit engine spends them. */
const mostBytes = 2.5e6;
const [perPiece, perUnit, perList, perId] = [120, 2, 32, 8];

/**
 * Remembers the ids of pieces seen before, by their text: the platform's own map, fast from the first piece on, where `WordCache` must first be compiled. It
 * takes 2.5 MB at most; when it is full it starts afresh.
 */
export class PieceMemory {
  readonly #ids = new Map<string, number | readonly number[]>();
  #bytes = 0;

  /** How many bytes it may take. */
  readonly byteLength = mostBytes;

  /** Appends the ids of pieces, up to the piece with which there are `limit` of them; those that are not known yet are appended by `tokenize`, and kept. */
  read(
    pieces: readonly string[],
    ids: number[],
    limit: number,
    tokenize: (piece: string, ids: number[]) => void,
  ): void {
    for (let at = 0; ; at++) {
      at = this.#recall(pieces, at, ids, limit);
      if (at === pieces.length || ids.length >= limit) return;
      const first = ids.length;
      tokenize(pieces[at]!, ids);
      this.#remember(pieces[at]!, ids, first);
    }
  }

  /** Appends the ids of known pieces; returns where it stopped. Apart from what reads new ones it is little to compile. */
  #recall(pieces: readonly string[], at: number, ids: number[], limit: number): number {
    for (; at < pieces.length && ids.length < limit; at++) {
      const known = this.#ids.get(pieces[at]!);
      if (known === undefined) break;
      if (typeof known === 'number') ids.push(known);
      else for (let index = 0; index < known.length; index++) ids.push(known[index]!);
    }
    return at;
  }

  /** Keeps `ids[first...]` for a piece, which is not known yet. A copy of it: it may be a slice that holds on to a whole text. */
  #remember(piece: string, ids: readonly number[], first: number): void {
    const count = ids.length - first;
    if (piece.length > longestWord) return;
    this.#bytes += perPiece + perUnit * piece.length + (count === 1 ? 0 : perList + perId * count);
    if (this.#bytes > mostBytes) {
      this.#ids.clear();
      this.#bytes = 0;
    }
    this.#ids.set(ownCopy(piece), count === 1 ? ids[first]! : ids.slice(first));
  }
}

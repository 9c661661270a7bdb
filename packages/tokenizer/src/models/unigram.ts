import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import type { Fields } from '../fields.js';
import { unitsAt, utf8LengthOf, writeUtf8 } from '../unicode.js';
import { Vocabulary } from '../vocabulary.js';
import { cached } from './cached.js';
import type { Model } from './model.js';
import { root, Trie } from './trie.js';

/** Room for so many places is kept from piece to piece. */
const usualRoom = 1 << 14;

/** How much worse than the worst token an unknown character is. */
const unknownPenalty = 10;

/** The Unigram model: of all ways to cut a piece into tokens, the most probable (Kudo 2018). */
export const unigram: Reader<Model> = fields => {
  const { vocabulary, scores } = readScores(fields);
  const unknownId = fields.has('unk_id') ? fields.count('unk_id') : undefined;
  if (unknownId !== undefined && unknownId >= scores.length) {
    failFile(`${fields.path('unk_id')} is ${unknownId}, the vocabulary has ${scores.length} tokens`);
  }
  const fallback = fields.boolean('byte_fallback', false) ? byteIds(vocabulary) : undefined;
  return unigramModel(vocabulary, scores, unknownId, fallback);
};

/** A Unigram model from its parts: `scores` are log-probabilities by id, `fallback` the ids of the 256 byte tokens. */
export function unigramModel(
  vocabulary: Vocabulary,
  scores: Float64Array,
  unknownId: number | undefined,
  fallback: readonly number[] | undefined,
): Model {
  const trie = new Trie(vocabulary.entries());
  const unknownScore =
    scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - unknownPenalty;
  const paths = new Paths();
  return cached({
    vocabulary,
    scores,
    readsBytes: false,
    unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      const length = end - start;
      paths.reset(length);
      for (let at = 0; at < length; ) {
        const width = unitsAt(text, start + at);
        const score = paths.scores[at]!;
        let isKnown = false;
        for (let node = root, to = at; to < length; ) {
          node = trie.step(node, text.charCodeAt(start + to++));
          if (node < 0) break;
          const id = trie.idAt(node);
          if (id < 0) continue;
          paths.offer(to, at, id, score + scores[id]!);
          isKnown ||= to - at === width;
        }
        if (!isKnown) {
          if (unknownId === undefined) failFile(`model.unk_id is missing, and "${text.slice(start, end)}" needs it`);
          paths.offer(at + width, at, unknownId, score + unknownScore);
        }
        at += width;
      }
      let byte = 0;
      paths.follow(length, unknownId, (from, to, id) => {
        const size = utf8LengthOf(text, start + from, start + to);
        if (id === unknownId && fallback && vocabulary.id(text.slice(start + from, start + to)) === undefined) {
          for (const unit of utf8Of(text.slice(start + from, start + to))) {
            ids.push(fallback[unit]!);
            spans?.push(byte, byte + size);
          }
        } else {
          ids.push(id);
          spans?.push(byte, byte + size);
        }
        byte += size;
      });
      paths.release();
    },
  });
}

/** The best way to each place of a piece: its score, and the token that it ends with. Reused from piece to piece. */
class Paths {
  scores = new Float64Array(64);
  #from = new Int32Array(64);
  #ids = new Int32Array(64);

  reset(length: number): void {
    if (this.#from.length <= length) {
      this.scores = new Float64Array(length * 2 + 2);
      this.#from = new Int32Array(length * 2 + 2);
      this.#ids = new Int32Array(length * 2 + 2);
    }
    this.scores[0] = 0;
    this.#from.fill(-1, 0, length + 1);
  }

  offer(to: number, from: number, id: number, score: number): void {
    if (this.#from[to] !== -1 && score <= this.scores[to]!) return;
    this.scores[to] = score;
    this.#from[to] = from;
    this.#ids[to] = id;
  }

  /** Lets go of the room that a very long piece took. */
  release(): void {
    if (this.#from.length <= usualRoom) return;
    this.scores = new Float64Array(64);
    this.#from = new Int32Array(64);
    this.#ids = new Int32Array(64);
  }

  /** Calls `each` for the tokens of the best way, in order; neighbouring unknown ones are one. */
  follow(length: number, unknownId: number | undefined, each: (from: number, to: number, id: number) => void): void {
    const ends: number[] = [];
    for (let at = length; at > 0; at = this.#from[at]!) ends.push(at);
    let start = 0;
    for (let index = ends.length - 1; index >= 0; index--) {
      const to = ends[index]!;
      const id = this.#ids[to]!;
      const next = ends[index - 1];
      if (id === unknownId && next !== undefined && this.#ids[next] === unknownId) continue;
      each(start, to, id);
      start = to;
    }
  }
}

function utf8Of(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8LengthOf(text, 0, text.length));
  let at = 0;
  for (const char of text) at = writeUtf8(char.codePointAt(0)!, bytes, at);
  return bytes;
}

function readScores(fields: Fields): { vocabulary: Vocabulary; scores: Float64Array } {
  const list = fields.array('vocab');
  const where = fields.path('vocab');
  const vocabulary = new Vocabulary();
  const scores = Float64Array.from(list, (entry, id) => {
    const [token, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number') {
      return failFile(`${where}[${id}] must be a token and its score, it is ${JSON.stringify(entry)?.slice(0, 80)}`);
    }
    vocabulary.add(token, id, where);
    return score;
  });
  return { vocabulary, scores };
}

/** The ids of `<0x00>` to `<0xFF>`; undefined unless all are there. */
export function byteIds(vocabulary: Vocabulary): readonly number[] | undefined {
  const ids = Array.from({ length: 256 }, (_, byte) =>
    vocabulary.id(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
  );
  return ids.every(id => id !== undefined) ? (ids as number[]) : undefined;
}

import { abbreviateJson, failFile } from '../../errors.js';
import { type ModelComponent, required } from '../../formats/json/components.js';
import type { Fields } from '../../formats/json/fields.js';
import { textOf, unitsOf, utf8LengthOfUnits } from '../../text/unicode.js';
import { allByteTokenIds } from '../byte-token-ids.js';
import type { Model } from '../model.js';
import { root, trieOf } from '../trie.js';
import { Vocabulary } from '../vocabulary.js';
import { withCache } from '../with-cache.js';

/** Capacity in UTF-16 units that is kept between pre-tokens. */
const retainedCapacity = 1 << 14;

/** The score of an unknown character is this much below the lowest score. */
const unknownPenalty = 10;

/** The Unigram model: the most probable segmentation of a pre-token (Kudo 2018). */
export const unigram: ModelComponent = {
  type: 'Unigram',
  fields: { unk_id: null, vocab: required, byte_fallback: false },
  fromJson: fields => {
    const { vocabulary, scores } = readScores(fields);
    const unknownId = fields.has('unk_id') ? fields.count('unk_id') : undefined;
    if (unknownId !== undefined && unknownId >= scores.length) {
      failFile(`${fields.path('unk_id')} is ${unknownId}, the vocabulary has ${scores.length} tokens`);
    }
    const fallback = fields.boolean('byte_fallback') ? allByteTokenIds(vocabulary) : undefined;
    return unigramModel(vocabulary, scores, unknownId, fallback);
  },
};

/**
 * Creates a Unigram model from its parts: `scores` are log-probabilities by id, `fallback` the ids of the 256 byte
 * tokens.
 */
export function unigramModel(
  vocabulary: Vocabulary,
  scores: Float64Array,
  unknownId: number | undefined,
  fallback: readonly number[] | undefined,
): Model {
  const trie = trieOf(vocabulary.entries());
  const unknownScore =
    scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY) - unknownPenalty;
  const paths = new BestPaths();

  /** Finds the best path to each index of a pre-token. */
  const search = (units: Uint16Array, start: number, end: number) => {
    const length = end - start;
    paths.reset(length);
    for (let at = 0; at < length; ) {
      const width = (units[start + at]! & 0xfc00) === 0xd800 ? 2 : 1;
      const score = paths.scores[at]!;
      let isKnown = false;
      for (let node = root, to = at; to < length; ) {
        node = trie.step(node, units[start + to++]!);
        if (node < 0) break;
        const id = trie.idAt(node);
        if (id < 0) continue;
        paths.offer(to, at, id, score + scores[id]!);
        isKnown ||= to - at === width;
      }
      if (!isKnown) {
        if (unknownId === undefined) failFile(`model.unk_id is missing, and "${textOf(units, start, end)}" needs it`);
        paths.offer(at + width, at, unknownId, score + unknownScore);
      }
      at += width;
    }
  };

  const encode = (units: Uint16Array, start: number, end: number, ids: number[], spans?: number[]) => {
    search(units, start, end);
    let from = start;
    let byte = 0;
    for (let step = paths.backtrace(end - start) - 1; step >= 0; step--) {
      const id = paths.idAt(step);
      // Neighbouring unknown tokens become one.
      if (id === unknownId && step > 0 && paths.idAt(step - 1) === unknownId) continue;
      const to = start + paths.endAt(step);
      const first = ids.length;
      if (id === unknownId && fallback && vocabulary.id(textOf(units, from, to)) === undefined) {
        for (const unit of new TextEncoder().encode(textOf(units, from, to))) ids.push(fallback[unit]!);
      } else ids.push(id);
      if (spans) {
        const next = byte + utf8LengthOfUnits(units, from, to);
        for (let index = first; index < ids.length; index++) spans.push(byte, next);
        byte = next;
      }
      from = to;
    }
    paths.release();
  };

  const tokenize: Model['tokenize'] = (text, start, end, _bytes, ids, spans) =>
    encode(unitsOf(text, start, end), 0, end - start, ids, spans);
  return withCache({ vocabulary, scores, acceptsBytes: false, unknownId, showsUnknownText: true, tokenize }, encode);
}

/** The best path to each index of a pre-token: its score and its last token. Reused between pre-tokens. */
class BestPaths {
  scores = new Float64Array(64);
  #from = new Int32Array(64);
  #ids = new Int32Array(64);
  /** The ends of the tokens on the best path through the pre-token, the last one first. */
  #ends = new Int32Array(64);

  reset(length: number): void {
    if (this.#from.length <= length) this.#resize(length * 2 + 2);
    this.scores[0] = 0;
    this.#from.fill(-1, 0, length + 1);
  }

  offer(to: number, from: number, id: number, score: number): void {
    if (this.#from[to] !== -1 && score <= this.scores[to]!) return;
    this.scores[to] = score;
    this.#from[to] = from;
    this.#ids[to] = id;
  }

  /**
   * Traces the best path back from the end of the pre-token. Returns its number of tokens; their steps count from the
   * last one.
   */
  backtrace(length: number): number {
    let count = 0;
    for (let at = length; at > 0; at = this.#from[at]!) this.#ends[count++] = at;
    return count;
  }

  idAt(step: number): number {
    return this.#ids[this.#ends[step]!]!;
  }

  endAt(step: number): number {
    return this.#ends[step]!;
  }

  /** Frees the memory of a very long pre-token. */
  release(): void {
    if (this.#from.length > retainedCapacity) this.#resize(64);
  }

  #resize(length: number): void {
    this.scores = new Float64Array(length);
    this.#from = new Int32Array(length);
    this.#ids = new Int32Array(length);
    this.#ends = new Int32Array(length);
  }
}

function readScores(fields: Fields): { vocabulary: Vocabulary; scores: Float64Array } {
  const list = fields.array('vocab');
  const where = fields.path('vocab');
  const vocabulary = new Vocabulary();
  const scores = Float64Array.from(list, (entry, id) => {
    const [token, score] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (typeof token !== 'string' || typeof score !== 'number' || !Number.isFinite(score)) {
      return failFile(`${where}[${id}] must be a token and its score, it is ${abbreviateJson(entry)}`);
    }
    vocabulary.add(token, id, where);
    return score;
  });
  return { vocabulary, scores };
}

import type { Model } from '../models/model.js';
import { root, trieOf } from '../models/trie.js';
import { unitsAt, utf8LengthOf } from '../unicode.js';
import { type ModelFile, pieceTypes } from './model-file.js';
import { Output } from './output.js';
import type { PieceTable } from './piece-table.js';

/** How much worse than the worst piece an unknown character is. */
export const unknownPenalty = 10;
/** The reference starts its search for the best score from the smallest positive float32. */
const leastPositive = 2 ** -126;

/**
 * The most probable way to cut a text into pieces (Kudo 2018); of those that are equally probable the one with the longest last piece. Sums are of
 * float64, as in readers of tokenizer.json, so that a saved model cuts every text alike. The SentencePiece library sums in float32, in another way since its
 * version 0.2.2, and has either of two ways that are equally probable.
 */
export function unigramPieces(file: ModelFile, table: PieceTable): Model {
  const { rules, found, vocabulary } = table;
  const trie = trieOf(found(id => file.types[id] !== pieceTypes.unused));
  const { scores, unknownScore } = scoresOf(file);
  const paths = new Paths();
  return {
    vocabulary,
    readsBytes: false,
    unknownId: rules.unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      const output = new Output(rules, text, ids, spans);
      let from = start; // where the paths begin
      let furthest = start; // how far pieces reach by now
      paths.begin(end - start);
      for (let at = start; at < end; ) {
        if (at === furthest && at > from) {
          paths.follow(from, at, output); // every way leads through here
          paths.restart(at - from);
          from = at;
        }
        const width = unitsAt(text, at);
        const score = paths.scores[at - from]!;
        let isKnown = false;
        for (let node = root, to = at; to < end; ) {
          node = trie.step(node, text.charCodeAt(to++));
          if (node < 0) break;
          const id = trie.idAt(node);
          if (id < 0) continue;
          paths.offer(at - from, to - from, id, score + scores[id]!);
          if (to > furthest) furthest = to;
          isKnown ||= to - at === width;
        }
        at += width;
        if (isKnown) continue;
        paths.offer(at - width - from, at - from, rules.unknownId, score + unknownScore);
        if (at > furthest) furthest = at;
      }
      paths.follow(from, end, output);
      paths.release();
    },
  };
}

/** Scores as the reference takes them: float32, and for user-defined symbols a bonus. */
export function scoresOf({ pieces, scores, types }: ModelFile): { scores: Float64Array; unknownScore: number } {
  let least = 3.4028234663852886e38;
  let most = leastPositive;
  for (const [id, score] of scores.entries()) {
    if (types[id] !== pieceTypes.normal) continue;
    least = Math.min(least, score);
    most = Math.max(most, score);
  }
  return {
    scores: Float64Array.from(scores, (score, id) =>
      types[id] === pieceTypes.userDefined ? Math.fround(bytesOf(pieces[id]!) * most) - 0.1 : score,
    ),
    unknownScore: least - unknownPenalty,
  };
}

const bytesOf = (piece: string) => utf8LengthOf(piece, 0, piece.length);

/** The best way to each place behind the beginning: its score, and the piece that it ends with. Reused. */
class Paths {
  scores = new Float64Array(0);
  #starts = new Int32Array(0);
  #ids = new Int32Array(0);

  /** Makes room for `length` units, or for as many as most texts need at a time. */
  begin(length: number): void {
    const room = Math.min(length, usualRoom) + 1;
    if (this.scores.length < room) this.#resize(Math.max(64, room));
    this.scores[0] = 0;
    this.#starts.fill(-1);
  }

  /** Begins anew behind unit `at`, with its score. */
  restart(at: number): void {
    this.scores[0] = this.scores[at]!;
    this.#starts.fill(-1, 0, at + 1);
  }

  offer(from: number, to: number, id: number, score: number): void {
    if (to >= this.scores.length) this.#resize(Math.max(to + 1, this.scores.length * 2));
    if (this.#starts[to] !== -1 && !(score > this.scores[to]!)) return;
    this.scores[to] = score;
    this.#starts[to] = from;
    this.#ids[to] = id;
  }

  /** Writes the pieces of the best way from `from` to `to`. */
  follow(from: number, to: number, output: Output): void {
    const ends: number[] = [];
    for (let at = to - from; at > 0; at = this.#starts[at]!) ends.push(at);
    let start = 0;
    for (let index = ends.length - 1; index >= 0; index--) {
      const end = ends[index]!;
      output.add(this.#ids[end]!, from + start, from + end);
      start = end;
    }
  }

  /** Lets go of the room that a very long word took. */
  release(): void {
    if (this.scores.length > usualRoom * 2) this.#resize(64);
  }

  #resize(length: number): void {
    const [scores, starts, ids] = [this.scores, this.#starts, this.#ids];
    this.scores = new Float64Array(length);
    this.#starts = new Int32Array(length).fill(-1);
    this.#ids = new Int32Array(length);
    const kept = Math.min(length, scores.length);
    this.scores.set(scores.subarray(0, kept));
    this.#starts.set(starts.subarray(0, kept));
    this.#ids.set(ids.subarray(0, kept));
  }
}

const usualRoom = 1 << 12;

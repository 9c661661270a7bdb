import type { Model } from '../../models/model.js';
import { root, trieOf } from '../../models/trie.js';
import { unitsAt, utf8LengthOf } from '../../text/unicode.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { PieceTable } from './piece-table.js';
import { PieceWriter } from './piece-writer.js';

/** How much worse than the worst piece an unknown character is. */
export const unknownPenalty = 10;
/** The reference starts its search for the best score from the smallest positive float32. */
const leastPositive = 2 ** -126;

/**
 * The most probable way to cut a text into pieces (Kudo 2018); of those that are equally probable the one with the longest last piece. Sums are of
 * float64, as in readers of tokenizer.json, so that a saved model cuts every text alike. The SentencePiece library sums in float32, in another way since its
 * version 0.2.2, and has either of two ways that are equally probable.
 */
export function sentencePieceUnigram(file: ModelProto, table: PieceTable): Model {
  const { unknownRules, piecesInText, vocabulary } = table;
  const trie = trieOf(piecesInText(id => file.types[id] !== pieceTypes.unused));
  const { scores, unknownScore } = scoresOf(file);
  const paths = new BestPaths();
  return {
    vocabulary,
    acceptsBytes: false,
    unknownId: unknownRules.unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      const output = new PieceWriter(unknownRules, text, ids, spans);
      let from = start; // where the paths begin
      let furthest = start; // how far pieces reach by now
      paths.reset(end - start);
      for (let at = start; at < end; ) {
        if (at === furthest && at > from) {
          paths.writePath(from, at, output); // every way leads through here
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
        paths.offer(at - width - from, at - from, unknownRules.unknownId, score + unknownScore);
        if (at > furthest) furthest = at;
      }
      paths.writePath(from, end, output);
      paths.release();
    },
  };
}

/** Scores as the reference takes them: float32, and for user-defined symbols a bonus. */
export function scoresOf({ pieces, scores, types }: ModelProto): { scores: Float64Array; unknownScore: number } {
  let lowest = 3.4028234663852886e38;
  let highest = leastPositive;
  for (const [id, score] of scores.entries()) {
    if (types[id] !== pieceTypes.normal) continue;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  return {
    scores: Float64Array.from(scores, (score, id) =>
      types[id] === pieceTypes.userDefined ? Math.fround(bytesOf(pieces[id]!) * highest) - 0.1 : score,
    ),
    unknownScore: lowest - unknownPenalty,
  };
}

const bytesOf = (piece: string) => utf8LengthOf(piece, 0, piece.length);

/** The best way to each place behind the beginning: its score, and the piece that it ends with. Reused. */
class BestPaths {
  scores = new Float64Array(0);
  #starts = new Int32Array(0);
  #ids = new Int32Array(0);

  /** Makes room for `length` units, or for as many as most texts need at a time. */
  reset(length: number): void {
    const capacity = Math.min(length, retainedCapacity) + 1;
    if (this.scores.length < capacity) this.#resize(Math.max(64, capacity));
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
  writePath(from: number, to: number, output: PieceWriter): void {
    const ends: number[] = [];
    for (let at = to - from; at > 0; at = this.#starts[at]!) ends.push(at);
    let start = 0;
    for (let index = ends.length - 1; index >= 0; index--) {
      const end = ends[index]!;
      output.add(this.#ids[end]!, from + start, from + end);
      start = end;
    }
  }

  /** Frees the memory of a very long word. */
  release(): void {
    if (this.scores.length > retainedCapacity * 2) this.#resize(64);
  }

  #resize(length: number): void {
    const [scores, starts, ids] = [this.scores, this.#starts, this.#ids];
    this.scores = new Float64Array(length);
    this.#starts = new Int32Array(length).fill(-1);
    this.#ids = new Int32Array(length);
    const copied = Math.min(length, scores.length);
    this.scores.set(scores.subarray(0, copied));
    this.#starts.set(starts.subarray(0, copied));
    this.#ids.set(ids.subarray(0, copied));
  }
}

const retainedCapacity = 1 << 12;

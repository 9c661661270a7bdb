import type { Model } from '../../models/model.js';
import { root, trieOf } from '../../models/trie.js';
import { unitsAt, utf8LengthOf } from '../../text/unicode.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { PieceTable } from './piece-table.js';
import { PieceWriter } from './piece-writer.js';

/** The score of an unknown character is this much below the lowest score. */
export const unknownPenalty = 10;
/** The smallest positive float32, from which the reference starts its search for the highest score. */
const leastPositive = 2 ** -126;

/**
 * The most probable segmentation of a text (Kudo 2018), and among equally probable ones the one with the longest last
 * piece. Scores are summed in float64, as in readers of tokenizer.json, so that a saved model gives the same
 * segmentations. The SentencePiece library sums in float32, in another order since its version 0.2.2, and may choose
 * another of several equally probable segmentations.
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
      let from = start; // where the paths start
      let furthest = start; // how far pieces reach so far
      paths.reset(end - start);
      for (let at = start; at < end; ) {
        if (at === furthest && at > from) {
          paths.writePath(from, at, output); // every path passes through here
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

/** Scores as the reference uses them: float32, with a bonus for user-defined symbols. */
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

/** The best path to each index: its score, and the piece that it ends with. Reused between texts. */
class BestPaths {
  scores = new Float64Array(0);
  #starts = new Int32Array(0);
  #ids = new Int32Array(0);

  /** Allocates `length` units, at most as many as most texts need at a time. */
  reset(length: number): void {
    const capacity = Math.min(length, retainedCapacity) + 1;
    if (this.scores.length < capacity) this.#resize(Math.max(64, capacity));
    this.scores[0] = 0;
    this.#starts.fill(-1);
  }

  /** Starts again at unit `at` with its score. */
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

  /** Writes the pieces of the best path from `from` to `to`. */
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

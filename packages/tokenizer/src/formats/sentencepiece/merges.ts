import { PairTable } from '../../models/bpe/pair-table.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { PieceTable } from './piece-table.js';

/** What may merge with what in a BPE model, whose file holds only pieces and their scores. */
export interface Merges {
  /** For two symbols the rank of their merge and the piece that it makes. */
  readonly pairs: PairTable;
  /** The symbol of a character: the id of its piece, or a number above all ids. */
  readonly symbolOf: (code: number) => number;
  /** How many UTF-16 units a symbol that merges has. */
  readonly unitsOf: (symbol: number) => number;
}

/** All ways to put each piece together from two smaller ones or from single characters; equal scores have equal ranks. */
export function mergesOf({ pieces, scores, types }: ModelProto, { piecesInText }: PieceTable): Merges {
  const mergeable = new Map(piecesInText(id => types[id] !== pieceTypes.userDefined));
  const characters = new Map<number, number>();
  const userDefined = new Map(piecesInText(id => types[id] === pieceTypes.userDefined));
  const units: number[] = []; // of symbols that are no pieces
  for (const piece of mergeable.keys()) {
    for (const char of piece) {
      const code = char.codePointAt(0)!;
      if (characters.has(code) || userDefined.has(char)) continue;
      characters.set(code, mergeable.get(char) ?? pieces.length + units.push(char.length));
    }
  }
  const symbol = (text: string) => {
    const code = text.codePointAt(0)!;
    return text.length === (code > 0xffff ? 2 : 1) ? characters.get(code) : mergeable.get(text);
  };
  const rankOf = rankByScore(scores);
  const pairs = new PairTable(mergeable.size * 2);
  for (const [piece, id] of mergeable) {
    let at = 0;
    for (const char of piece) {
      at += char.length;
      if (at === piece.length) break;
      const left = symbol(piece.slice(0, at));
      const right = left === undefined ? undefined : symbol(piece.slice(at));
      if (left !== undefined && right !== undefined) pairs.set(left, right, rankOf.get(scores[id]!)!, id);
    }
  }
  return {
    pairs,
    symbolOf: code => characters.get(code) ?? pieces.length,
    unitsOf: id => pieces[id]?.length ?? units[id - pieces.length - 1] ?? 0,
  };
}

/** The place of each score among all of them, the best first. */
function rankByScore(scores: readonly number[]): Map<number, number> {
  const sorted = [...new Set(scores)].sort((a, b) => b - a);
  return new Map(sorted.map((score, rank) => [score, rank]));
}

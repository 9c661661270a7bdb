import { PairTable } from '../../models/bpe/pair-table.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { PieceTable } from './piece-table.js';

/** The possible merges of a BPE model. The file has only pieces and their scores. */
export interface Merges {
  /** For two symbols the rank of their merge and the resulting piece. */
  readonly pairs: PairTable;
  /** The symbol of a character: the id of its piece, or a number above all ids. */
  readonly symbolOf: (code: number) => number;
  /** The length in UTF-16 units of a symbol that merges. */
  readonly unitsOf: (symbol: number) => number;
}

/** All splits of each piece into two smaller pieces or single characters. Equal scores have equal ranks. */
export function mergesOf({ pieces, scores, types }: ModelProto, { piecesInText }: PieceTable): Merges {
  const mergeable = new Map(piecesInText(id => types[id] !== pieceTypes.userDefined));
  const characters = new Map<number, number>();
  const userDefined = new Map(piecesInText(id => types[id] === pieceTypes.userDefined));
  const units: number[] = []; // of symbols that are not pieces
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

/** The rank of each score, the best first. */
function rankByScore(scores: readonly number[]): Map<number, number> {
  const sorted = [...new Set(scores)].sort((a, b) => b - a);
  return new Map(sorted.map((score, rank) => [score, rank]));
}

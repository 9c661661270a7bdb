import type { Model } from '../../models/model.js';
import { longestMatchLength } from '../../models/trie.js';
import type { PreTokenizer } from '../../pre-tokenizers/pre-tokenizer.js';
import { unitsAt } from '../../text/unicode.js';
import type { ModelProto } from './model-proto.js';
import { pieceTypes } from './model-proto.js';
import { spaceSymbol } from './normalizer.js';
import type { PieceTable } from './piece-table.js';
import { PieceWriter } from './piece-writer.js';

/** Each character and each user-defined symbol is a piece, or unknown. */
export const sentencePieceChar = (file: ModelProto, table: PieceTable): Model =>
  pieceModel(
    file,
    table,
    (text, at, end) => at + (longestMatchLength(table.userDefinedSymbols, text, at, end) || unitsAt(text, at)),
  );

/** Each word with the space before it is a piece, or unknown. */
export const sentencePieceWord = (file: ModelProto, table: PieceTable): Model =>
  pieceModel(file, table, (text, at, end) => {
    const next = text.indexOf(spaceSymbol, at + 1);
    return next === -1 || next > end ? end : next;
  });

function pieceModel(
  { types }: ModelProto,
  { vocabulary, unknownRules }: PieceTable,
  endOf: (text: string, at: number, end: number) => number,
): Model {
  const { normal, userDefined, unused } = pieceTypes;
  const isFound = (id: number) => [normal, userDefined, unused].some(type => type === types[id]);
  return {
    vocabulary,
    acceptsBytes: false,
    unknownId: unknownRules.unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      const output = new PieceWriter(unknownRules, text, ids, spans);
      for (let at = start, to = at; at < end; at = to) {
        to = endOf(text, at, end);
        const id = vocabulary.id(text.slice(at, to));
        output.add(id !== undefined && isFound(id) ? id : unknownRules.unknownId, at, to);
      }
    },
  };
}

/** Whether no piece has a character before a space, so that words can be encoded one by one. */
export const piecesStayInWords = ({ pieces, types }: ModelProto): boolean =>
  !types.includes(pieceTypes.unused) && !pieces.some(piece => /[^\u2581]\u2581/.test(piece));

/**
 * Splits before each run of visible spaces, so that BPE can encode words one by one if no piece crosses such a
 * boundary.
 */
export const splitBeforeSpaces: PreTokenizer = [
  {
    split(text, start, end, spans) {
      for (let from = start; from < end; ) {
        let to = from;
        while (to < end && text[to] === spaceSymbol) to++;
        to = text.indexOf(spaceSymbol, to);
        if (to === -1 || to > end) to = end;
        spans.push(from, to);
        from = to;
      }
    },
  },
];

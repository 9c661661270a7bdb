import type { Model } from '../models/model.js';
import { longestSize } from '../models/trie.js';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.js';
import { unitsAt } from '../unicode.js';
import type { ModelFile } from './model-file.js';
import { pieceTypes } from './model-file.js';
import { spaceSymbol } from './normalizer.js';
import { Output } from './output.js';
import type { PieceTable } from './piece-table.js';

/** Each character, and each user-defined symbol, is a piece or unknown. */
export const characterPieces = (file: ModelFile, table: PieceTable): Model =>
  model(file, table, (text, at, end) => at + (longestSize(table.symbols, text, at, end) || unitsAt(text, at)));

/** Each word, with the space before it, is a piece or unknown. */
export const wordPieces = (file: ModelFile, table: PieceTable): Model =>
  model(file, table, (text, at, end) => {
    const next = text.indexOf(spaceSymbol, at + 1);
    return next === -1 || next > end ? end : next;
  });

function model(
  { types }: ModelFile,
  { vocabulary, rules }: PieceTable,
  endOf: (text: string, at: number, end: number) => number,
): Model {
  const { normal, userDefined, unused } = pieceTypes;
  const isFound = (id: number) => [normal, userDefined, unused].some(type => type === types[id]);
  return {
    vocabulary,
    readsBytes: false,
    unknownId: rules.unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      const output = new Output(rules, text, ids, spans);
      for (let at = start, to = at; at < end; at = to) {
        to = endOf(text, at, end);
        const id = vocabulary.id(text.slice(at, to));
        output.add(id !== undefined && isFound(id) ? id : rules.unknownId, at, to);
      }
    },
  };
}

/** Whether no piece holds anything before a space, so that words can be read one by one. */
export const staysInWords = ({ pieces, types }: ModelFile): boolean =>
  !types.includes(pieceTypes.unused) && !pieces.some(piece => /[^\u2581]\u2581/.test(piece));

/** Cuts before each run of visible spaces: what BPE may read word by word, where no piece goes across such a place. */
export const cutBeforeSpaces: PreTokenizer = [
  {
    cut(text, start, end, cuts) {
      for (let from = start; from < end; ) {
        let to = from;
        while (to < end && text[to] === spaceSymbol) to++;
        to = text.indexOf(spaceSymbol, to);
        if (to === -1 || to > end) to = end;
        cuts.push(from, to);
        from = to;
      }
    },
  },
];

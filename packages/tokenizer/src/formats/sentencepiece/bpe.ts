import { merge, Symbols } from '../../models/bpe/merge.js';
import type { PairTable } from '../../models/bpe/pair-table.js';
import type { Model } from '../../models/model.js';
import { longestMatchLength } from '../../models/trie.js';
import { withCache } from '../../models/with-cache.js';
import { mergesOf } from './merges.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { PieceTable } from './piece-table.js';
import { PieceWriter } from './piece-writer.js';
import { createResegmenter } from './resegment.js';

/**
 * Byte-pair encoding as in SentencePiece: two neighbours may merge if their joined text is a piece. The piece with the
 * best score merges first, and among equals the leftmost. User-defined symbols never merge, and unused pieces are split
 * again.
 */
export function sentencePieceBpe(file: ModelProto, table: PieceTable): Model {
  const { vocabulary, unknownRules, userDefinedSymbols } = table;
  const merges = mergesOf(file, table);
  const symbols = new Symbols();
  const count = file.pieces.length;
  const hasUnused = file.types.includes(pieceTypes.unused);

  /** Merges all symbols and passes each result to `add(id, units)`. */
  const mergeAll = (add: (id: number, units: number) => void) => {
    const resegmenter = hasUnused ? createResegmenter(file, merges) : undefined;
    merge(symbols, (resegmenter?.pairs ?? merges.pairs) as PairTable);
    for (let index = 0; index < symbols.count; index++) {
      if (resegmenter) resegmenter.resegment(symbols.ids[index]!, symbols.lengths[index]!, add);
      else add(symbols.ids[index]!, symbols.lengths[index]!);
    }
  };

  return withCache({
    vocabulary,
    acceptsBytes: false,
    unknownId: unknownRules.unknownId,
    showsUnknownText: true,
    tokenize(text, start, end, _bytes, ids, spans) {
      symbols.count = 0;
      for (let at = start; at < end; ) {
        const symbol = longestMatchLength(userDefinedSymbols, text, at, end);
        if (symbol > 0) symbols.push(vocabulary.id(text.slice(at, at + symbol))!, symbol);
        else {
          const code = text.codePointAt(at)!;
          symbols.push(merges.symbolOf(code), code > 0xffff ? 2 : 1);
        }
        at += symbols.lengths[symbols.count - 1]!;
      }
      const output = new PieceWriter(unknownRules, text, ids, spans);
      let at = start;
      mergeAll((id, units) => output.add(id < count ? id : unknownRules.unknownId, at, (at += units)));
      symbols.release();
    },
  });
}

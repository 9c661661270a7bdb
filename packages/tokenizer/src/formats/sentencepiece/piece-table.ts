import { failFile } from '../../errors.js';
import { allByteTokenIds } from '../../models/byte-token-ids.js';
import { type Trie, trieOf } from '../../models/trie.js';
import { Vocabulary } from '../../models/vocabulary.js';
import { type ModelProto, pieceTypes } from './model-proto.js';
import type { UnknownRules } from './piece-writer.js';

/** The pieces of a model by type. */
export interface PieceTable {
  readonly vocabulary: Vocabulary;
  readonly unknownRules: UnknownRules;
  /** The normal, user-defined and unused pieces for whose ids `keep` holds. */
  readonly piecesInText: (keep?: (id: number) => boolean) => IterableIterator<[piece: string, id: number]>;
  /** The user-defined symbols, which are matched before anything else; undefined if there are none. */
  readonly userDefinedSymbols: Trie | undefined;
}

const typesInText: readonly number[] = [pieceTypes.normal, pieceTypes.userDefined, pieceTypes.unused];

/** Sorts the pieces of a model by type. */
export function pieceTable({ pieces, types, byteFallback }: ModelProto): PieceTable {
  const vocabulary = new Vocabulary();
  for (const [id, piece] of pieces.entries()) vocabulary.add(piece, id, 'the SentencePiece model');
  const fallback = byteFallback ? allByteTokenIds(vocabulary) : undefined;
  if (byteFallback && !fallback)
    failFile('the SentencePiece model has byte_fallback, and not all pieces <0x00> to <0xFF>');
  function* piecesInText(keep: (id: number) => boolean = () => true): IterableIterator<[string, number]> {
    for (const [id, piece] of pieces.entries()) if (typesInText.includes(types[id]!) && keep(id)) yield [piece, id];
  }
  const isSymbol = (id: number) => types[id] === pieceTypes.userDefined;
  return {
    vocabulary,
    unknownRules: { unknownId: types.indexOf(pieceTypes.unknown), byteIds: fallback },
    piecesInText,
    userDefinedSymbols: types.includes(pieceTypes.userDefined) ? trieOf(piecesInText(isSymbol)) : undefined,
  };
}

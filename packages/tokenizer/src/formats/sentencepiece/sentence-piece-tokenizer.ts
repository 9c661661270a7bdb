import type { AddedToken } from '../../added-tokens/added-token.js';
import type { Model } from '../../models/model.js';
import type { TokenizerParts } from '../../parts.js';
import type { PreTokenizer } from '../../pre-tokenizers/pre-tokenizer.js';
import { Tokenizer } from '../../tokenizer.js';
import { sentencePieceBpe } from './bpe.js';
import { sentencePieceDecoder } from './decoder.js';
import { type ModelProto, modelTypes, pieceTypes, readModelProto } from './model-proto.js';
import { sentencePieceNormalizer, spaceSymbol } from './normalizer.js';
import { type PieceTable, pieceTable } from './piece-table.js';
import { sentencePieceToJson } from './to-json.js';
import { sentencePieceUnigram } from './unigram.js';
import { piecesStayInWords, sentencePieceChar, sentencePieceWord, splitBeforeSpaces } from './word-and-char.js';

/**
 * Creates a tokenizer from the bytes of a SentencePiece `.model` file (Kudo and Richardson 2018), with the ids, pieces
 * and texts of that library. No tokens are added around a text, and control symbols are not found in it.
 */
export function sentencePieceTokenizer(bytes: Uint8Array): Tokenizer {
  return new Tokenizer(sentencePieceParts(readModelProto(bytes)));
}

/** The parts of a tokenizer for a model file. */
export function sentencePieceParts(file: ModelProto): TokenizerParts {
  const table = pieceTable(file);
  const { model, preTokenizer } = modelOf(file, table);
  const controlIdOf = (piece: string) => {
    const id = file.pieces.indexOf(piece);
    return file.types[id] === pieceTypes.control ? id : undefined;
  };
  const { bos, eos, pad } = file.specialPieces;
  const specialTokenIds = { bos: controlIdOf(bos), eos: controlIdOf(eos), pad: controlIdOf(pad) };
  return {
    addedTokens: controlTokens(file),
    normalizer: sentencePieceNormalizer(file.normalizer, table.userDefinedSymbols, file.whitespaceAsSuffix),
    preTokenizer,
    model,
    postProcessor: {},
    decoder: sentencePieceDecoder(file),
    file: () => sentencePieceToJson(file, table),
    types: {
      normalizer: ['SentencePiece'],
      preTokenizer: preTokenizer.map(() => 'Split'),
      model: modelNames[file.modelType]!,
    },
    ...(preTokenizer.length > 0 && !table.userDefinedSymbols && { boundary: 'words' }),
    truncation: undefined,
    padding: undefined,
    specialTokenIds: Object.fromEntries(Object.entries(specialTokenIds).filter(([, id]) => id !== undefined)),
  };
}

/** Names of model types, by their numbers. */
const modelNames: { readonly [type: number]: string } = {
  [modelTypes.unigram]: 'Unigram',
  [modelTypes.bpe]: 'BPE',
  [modelTypes.word]: 'Word',
  [modelTypes.char]: 'Char',
};

/** Whether every segmentation has a boundary before the space in front of a word and a piece after it. */
const splitsWords = (file: ModelProto, { vocabulary }: PieceTable): boolean =>
  piecesStayInWords(file) &&
  file.normalizer.escapeWhitespaces &&
  file.types[vocabulary.id(spaceSymbol) ?? -1] === pieceTypes.normal;

function modelOf(file: ModelProto, table: PieceTable): { model: Model; preTokenizer: PreTokenizer } {
  switch (file.modelType) {
    case modelTypes.bpe:
      return { model: sentencePieceBpe(file, table), preTokenizer: piecesStayInWords(file) ? splitBeforeSpaces : [] };
    case modelTypes.word:
      return { model: sentencePieceWord(file, table), preTokenizer: [] };
    case modelTypes.char:
      return { model: sentencePieceChar(file, table), preTokenizer: [] };
    default:
      return {
        model: sentencePieceUnigram(file, table),
        preTokenizer: splitsWords(file, table) ? splitBeforeSpaces : [],
      };
  }
}

/** The control pieces. They name ids that only a caller adds to a sequence. */
function controlTokens({ pieces, types }: ModelProto): AddedToken[] {
  const flags = { singleWord: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return [...pieces.entries()]
    .filter(([id]) => types[id] === pieceTypes.control)
    .map(([id, content]) => ({ id, content, ...flags, inText: false }));
}

import type { AddedToken } from '../added-tokens.js';
import type { Model } from '../models/model.js';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.js';
import { Tokenizer, type TokenizerParts } from '../tokenizer.js';
import { bpePieces } from './bpe.js';
import { sentencePieceDecoder } from './decoder.js';
import { type ModelFile, modelTypes, pieceTypes, readModelFile } from './model-file.js';
import { sentencePieceNormalizer, spaceSymbol } from './normalizer.js';
import { type PieceTable, pieceTable } from './piece-table.js';
import { characterPieces, cutBeforeSpaces, staysInWords, wordPieces } from './plain-models.js';
import { savedPieces } from './saved.js';
import { unigramPieces } from './unigram.js';

/**
 * A tokenizer from the bytes of a SentencePiece `.model` file, with the ids, pieces and texts of that library: no tokens are put around a text, and
 * control symbols are not found in it. (Kudo and Richardson 2018)
 */
export function sentencePieceTokenizer(bytes: Uint8Array): Tokenizer {
  return new Tokenizer(sentencePieceParts(readModelFile(bytes)));
}

/** The parts of a tokenizer that does what a model file says. */
export function sentencePieceParts(file: ModelFile): TokenizerParts {
  const table = pieceTable(file);
  const { model, preTokenizer } = modelOf(file, table);
  const roleOf = (piece: string) => {
    const id = file.pieces.indexOf(piece);
    return file.types[id] === pieceTypes.control ? id : undefined;
  };
  const { bos, eos, pad } = file.roles;
  const roles = { bos: roleOf(bos), eos: roleOf(eos), pad: roleOf(pad) };
  return {
    addedTokens: controlTokens(file),
    normalizer: sentencePieceNormalizer(file.normalizer, table.symbols, file.whitespaceAsSuffix),
    preTokenizer,
    model,
    postProcessor: {},
    decoder: sentencePieceDecoder(file),
    file: () => savedPieces(file, table),
    ...(preTokenizer.length > 0 && !table.symbols && { boundary: 'words' }),
    truncation: undefined,
    padding: undefined,
    roles: Object.fromEntries(Object.entries(roles).filter(([, id]) => id !== undefined)),
  };
}

/** Whether all ways to cut a text into pieces have a cut before the space in front of a word, and a piece behind it. */
const cutsWords = (file: ModelFile, { vocabulary }: PieceTable): boolean =>
  staysInWords(file) &&
  file.normalizer.escapeWhitespaces &&
  file.types[vocabulary.id(spaceSymbol) ?? -1] === pieceTypes.normal;

function modelOf(file: ModelFile, table: PieceTable): { model: Model; preTokenizer: PreTokenizer } {
  switch (file.modelType) {
    case modelTypes.bpe:
      return { model: bpePieces(file, table), preTokenizer: staysInWords(file) ? cutBeforeSpaces : [] };
    case modelTypes.word:
      return { model: wordPieces(file, table), preTokenizer: [] };
    case modelTypes.char:
      return { model: characterPieces(file, table), preTokenizer: [] };
    default:
      return { model: unigramPieces(file, table), preTokenizer: cutsWords(file, table) ? cutBeforeSpaces : [] };
  }
}

/** Names of ids that only a caller puts into a sequence. */
function controlTokens({ pieces, types }: ModelFile): AddedToken[] {
  const flags = { singleWord: false, stripLeft: false, stripRight: false, normalized: false, special: true };
  return [...pieces.entries()]
    .filter(([id]) => types[id] === pieceTypes.control)
    .map(([id, content]) => ({ id, content, ...flags, inText: false }));
}

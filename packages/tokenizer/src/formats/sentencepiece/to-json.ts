import { failFile } from '../../errors.js';
import { bpeFields } from '../../models/bpe/bpe.js';
import { pairsIn } from '../../models/bpe/pair-table.js';
import { CharsMap } from '../../normalizers/chars-map.js';
import { escapeRegex } from '../../text/escape-regex.js';
import type { Json } from '../json/fields.js';
import { mergesOf } from './merges.js';
import { type ModelProto, modelTypes, pieceTypes } from './model-proto.js';
import { spaceSymbol } from './normalizer.js';
import type { PieceTable } from './piece-table.js';
import { outerSpaces, spacedWord } from './to-json-patterns.js';
import { scoresOf, unknownPenalty } from './unigram.js';
import { piecesStayInWords } from './word-and-char.js';

/**
 * The `tokenizer.json` of a SentencePiece model, in the form of the reference's converters: the character table becomes
 * Precompiled, and the scores of a BPE become the order of its merges. An unsupported feature is an error that names
 * it.
 */
export function sentencePieceToJson(file: ModelProto, table: PieceTable): Json {
  const reason = unsupportedFeature(file);
  if (reason !== undefined)
    failFile(`a SentencePiece model ${reason} cannot be saved; tokenizer.json cannot express it`);
  return {
    added_tokens: addedTokens(file),
    normalizer: sequenceJson('normalizers', normalizers(file)),
    pre_tokenizer: splitsAtSpaces(file) ? splitBeforeSpacesJson : null,
    decoder: { type: 'Sequence', decoders: decoders(file) },
    model: file.modelType === modelTypes.bpe ? bpeToJson(file, table) : unigramToJson(file),
  };
}

const sequenceJson = (name: string, parts: readonly Json[]) =>
  parts.length > 0 ? { type: 'Sequence', [name]: parts } : null;
const replaceJson = (pattern: Json, content: string) => ({ type: 'Replace', pattern, content });

/**
 * Whether words can be encoded one by one. If the space itself is unknown, neighbouring unknown characters of several
 * words become one token.
 */
const splitsAtSpaces = (file: ModelProto) =>
  piecesStayInWords(file) && file.types[file.pieces.indexOf(spaceSymbol)] === pieceTypes.normal;

/** Splits before each run of visible spaces. */
const splitBeforeSpacesJson: Json = {
  type: 'Split',
  pattern: { Regex: spacedWord },
  behavior: 'Isolated',
  invert: false,
};

/** The feature of a model that `tokenizer.json` cannot express; undefined if there is none. */
function unsupportedFeature(file: ModelProto): string | undefined {
  const { pieces, types, modelType, normalizer, denormalizer, whitespaceAsSuffix } = file;
  const symbols = pieces.filter((_, id) => types[id] === pieceTypes.userDefined);
  const { charsMap, addDummyPrefix, removeExtraWhitespaces } = normalizer;
  if (modelType === modelTypes.word) return 'of type word';
  if (modelType === modelTypes.char) return 'of type char';
  if (types.includes(pieceTypes.unused)) return 'with unused pieces';
  if (whitespaceAsSuffix) return 'with treat_whitespace_as_suffix';
  if (!normalizer.escapeWhitespaces) return 'without escape_whitespaces';
  if (denormalizer && denormalizer.charsMap.length > 0) return 'with a denormalizer';
  if (symbols.length === 0) return undefined;
  if (rewritesSymbols(charsMap, symbols)) return 'with user-defined symbols that its table of characters would change';
  if (hasLowScoringSymbol(file)) return 'with user-defined symbols of lower scores than all pieces';
  if (symbols.some(symbol => symbol.includes(' '))) return 'with user-defined symbols that hold spaces';
  if (modelType === modelTypes.bpe && (addDummyPrefix || removeExtraWhitespaces))
    return 'with user-defined symbols, of type BPE, that adds or removes spaces';
  return undefined;
}

/**
 * Whether a symbol of a Unigram model, whose score depends on its length, scores below all pieces. The lowest score
 * determines the score of unknown characters.
 */
function hasLowScoringSymbol(file: ModelProto): boolean {
  const { scores, unknownScore } = scoresOf(file);
  const isLower = (id: number) =>
    file.types[id] === pieceTypes.userDefined && scores[id]! < unknownScore + unknownPenalty;
  return file.modelType === modelTypes.unigram && file.pieces.some((_, id) => isLower(id));
}

/** Whether a rule starts within a symbol. The SentencePiece library leaves symbols unchanged. */
function rewritesSymbols(charsMap: Uint8Array, symbols: readonly string[]): boolean {
  if (charsMap.length === 0) return false;
  const map = new CharsMap(charsMap, 'precompiled_charsmap');
  return symbols.some(symbol => [...symbol].some(char => map.isRulePrefix(char.codePointAt(0)!)));
}

/** Control symbols, and the user-defined symbols of a BPE, which never merge. */
function addedTokens({ pieces, types, modelType }: ModelProto): Json[] {
  const isFrozen = (id: number) => modelType === modelTypes.bpe && types[id] === pieceTypes.userDefined;
  return [...pieces.entries()].flatMap(([id, content]) =>
    types[id] === pieceTypes.control
      ? [{ id, content, normalized: false, special: true }]
      : isFrozen(id)
        ? [{ id, content, normalized: true, special: false }]
        : [],
  );
}

function normalizers({ normalizer }: ModelProto): Json[] {
  const { charsMap, addDummyPrefix, removeExtraWhitespaces } = normalizer;
  return [
    ...(charsMap.length > 0 ? [{ type: 'Precompiled', precompiled_charsmap: base64(charsMap) }] : []),
    ...(removeExtraWhitespaces ? [replaceJson({ Regex: outerSpaces }, ''), replaceJson({ Regex: ' {2,}' }, ' ')] : []),
    ...(addDummyPrefix ? [{ type: 'Prepend', prepend: spaceSymbol }] : []),
    replaceJson({ String: ' ' }, spaceSymbol),
  ];
}

function decoders({ pieces, types, normalizer, byteFallback, unknownSurface }: ModelProto): Json[] {
  const unknown = pieces[types.indexOf(pieceTypes.unknown)]!;
  const { addDummyPrefix, removeExtraWhitespaces } = normalizer;
  const stripped = removeExtraWhitespaces ? manySpaces : Number(addDummyPrefix);
  return [
    replaceJson({ Regex: `^${escapeRegex(unknown)}(?![\\s\\S])` }, unknownSurface),
    ...(byteFallback ? [{ type: 'ByteFallback' }] : []),
    { type: 'Fuse' },
    ...(stripped > 0 ? [{ type: 'Strip', content: spaceSymbol, start: stripped, stop: 0 }] : []),
    replaceJson({ String: spaceSymbol }, ' '),
  ];
}

/** With remove_extra_whitespaces, all leading spaces are removed. */
const manySpaces = 0x7fffffff;

/**
 * The scores as the reference uses them. Pieces that are not found in texts get a score that is not the lowest, because
 * the lowest determines the score of unknown characters.
 */
function unigramToJson(file: ModelProto): Json {
  const { pieces, types, byteFallback } = file;
  const { scores, unknownScore } = scoresOf(file);
  const counts: readonly number[] = [pieceTypes.normal, pieceTypes.userDefined];
  const none = Math.max(0, unknownScore + unknownPenalty);
  return {
    type: 'Unigram',
    unk_id: types.indexOf(pieceTypes.unknown),
    vocab: pieces.map((piece, id) => [piece, counts.includes(types[id]!) ? scores[id] : none]),
    byte_fallback: byteFallback,
  };
}

/**
 * The merges sorted by the scores of their results. Among merges with the same result the one with the longest left
 * part is first, since merging goes from left to right.
 */
function bpeToJson(file: ModelProto, table: PieceTable): Json {
  const { pieces, types, byteFallback } = file;
  const lengthOf = (id: number) => pieces[id]?.length ?? 0;
  const ranked = [...pairsIn(mergesOf(file, table).pairs)].sort(
    ([left, , rank, made], [otherLeft, , otherRank, other]) =>
      rank - otherRank || made - other || lengthOf(otherLeft) - lengthOf(left),
  );
  const merges = ranked.map(([left, right, rank, made], index) => {
    const [, , before, other] = ranked[index - 1] ?? [];
    if (before === rank && other !== made)
      failFile(
        `the SentencePiece pieces "${pieces[other!]}" and "${pieces[made]}" have one score; tokenizer.json puts ` +
          'all merges in an order',
      );
    return [left, right].map(
      id =>
        pieces[id] ??
        failFile(
          `the SentencePiece piece "${pieces[made]}" is made of texts that are not pieces; ` +
            'tokenizer.json has no such merges',
        ),
    );
  });
  return {
    type: 'BPE',
    ...bpeFields,
    unk_token: pieces[types.indexOf(pieceTypes.unknown)],
    fuse_unk: true,
    byte_fallback: byteFallback,
    vocab: new Map(pieces.map((piece, id) => [piece, id])),
    merges,
  };
}

function base64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
  return btoa(parts.join(''));
}

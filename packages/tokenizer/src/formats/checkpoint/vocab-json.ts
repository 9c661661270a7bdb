import { abbreviateJson, failFile } from '../../errors.js';
import type { Tokenizer } from '../../tokenizer.js';
import { readModelProto } from '../sentencepiece/model-proto.js';
import { sentencePieceParts } from '../sentencepiece/sentence-piece-tokenizer.js';
import { withSpecialTokens } from './family-tokenizer.js';
import { type CheckpointSettings, parseObject, type SpecialTokensMap, specialTokensMapOf } from './settings.js';
import { m2m100Layout, type SpecialTokenLayout } from './special-token-layouts.js';

const marianSpecialTokens: SpecialTokensMap = { eos: '</s>', unk: '<unk>', pad: '<pad>' };
const languageToken = /^>>.+<<$/;

/**
 * Creates a tokenizer from a SentencePiece model and a `vocab.json` with the ids of its pieces: Marian's `source.spm`,
 * and M2M-100. Pieces without an id are unknown. Names that are not pieces are only decoded. `target` is the tokenizer
 * of translations, if it is a separate one.
 */
export function sentencePieceWithVocabJson(
  model: Uint8Array,
  vocabText: string,
  settings: CheckpointSettings,
  { target, name = 'vocab.json' }: { readonly target?: Tokenizer | undefined; readonly name?: string } = {},
): Tokenizer {
  const file = readModelProto(model);
  const vocab = new Map<string, number>();
  for (const [token, id] of Object.entries(parseObject(vocabText, name))) {
    if (typeof id !== 'number') failFile(`${name} gives "${token}" the id ${abbreviateJson(id)}`);
    vocab.set(token, id);
  }
  const isMarian = settings.family !== 'm2m100';
  const layout: Omit<SpecialTokenLayout, 'idOffset'> = isMarian
    ? { specialTokens: marianSpecialTokens, fixedIds: {}, single: ['$A', '</s>'], pair: ['$A', '$B', '</s>'] }
    : m2m100Layout(settings, vocab.size);
  const specialTokens = specialTokensMapOf(settings, layout.specialTokens);
  const unknownTokenId = specialTokens.unk === undefined ? undefined : vocab.get(specialTokens.unk);
  if (unknownTokenId === undefined) return failFile(`${name} has no unknown token "${specialTokens.unk}"`);
  const parts = sentencePieceParts(file);
  const { unknownId } = parts.model;
  for (const [token, id] of Object.entries(layout.fixedIds)) vocab.set(token, id);
  return withSpecialTokens(parts, {
    ...layout,
    specialTokens,
    settings,
    target,
    tokens: vocab,
    ids: file.pieces.map((piece, index) => (index === unknownId ? unknownTokenId : vocab.get(piece))),
    special: [...Object.keys(layout.fixedIds), ...[...vocab.keys()].filter(token => languageToken.test(token))],
  });
}

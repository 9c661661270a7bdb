import { failFile, shownJson } from '../errors.js';
import { readModelFile } from '../sentencepiece/model-file.js';
import { sentencePieceParts } from '../sentencepiece/sentence-piece.js';
import type { Tokenizer } from '../tokenizer.js';
import { parseObject, type Roles, rolesOf, type Settings } from './checkpoint-files.js';
import { laidOut } from './piece-files.js';
import { m2m100Layout, type PieceLayout } from './piece-layouts.js';

const marianRoles: Roles = { eos: '</s>', unk: '<unk>', pad: '<pad>' };
const namesLanguage = /^>>.+<<$/;

/**
 * A tokenizer whose `vocab.json` gives the ids of the pieces of a SentencePiece model: Marian's, from `source.spm`, and M2M-100's. Pieces that it does not
 * name are unknown; names that are no pieces are decoded all the same. `target` is the tokenizer of translations, where it is another.
 */
export function piecesByVocabulary(
  model: Uint8Array,
  vocabText: string,
  settings: Settings,
  { target, name = 'vocab.json' }: { readonly target?: Tokenizer | undefined; readonly name?: string } = {},
): Tokenizer {
  const file = readModelFile(model);
  const vocab = new Map<string, number>();
  for (const [token, id] of Object.entries(parseObject(vocabText, name))) {
    if (typeof id !== 'number') failFile(`${name} gives "${token}" the id ${shownJson(id)}`);
    vocab.set(token, id);
  }
  const isMarian = settings.family !== 'm2m100';
  const layout: Omit<PieceLayout, 'offset'> = isMarian
    ? { roles: marianRoles, fixed: {}, single: ['$A', '</s>'], pair: ['$A', '$B', '</s>'] }
    : m2m100Layout(settings, vocab.size);
  const roles = rolesOf(settings, layout.roles);
  const unknown = roles.unk === undefined ? undefined : vocab.get(roles.unk);
  if (unknown === undefined) return failFile(`${name} has no unknown token "${roles.unk}"`);
  const parts = sentencePieceParts(file);
  const { unknownId } = parts.model;
  for (const [token, id] of Object.entries(layout.fixed)) vocab.set(token, id);
  return laidOut(parts, {
    ...layout,
    roles,
    settings,
    target,
    tokens: vocab,
    ids: file.pieces.map((piece, place) => (place === unknownId ? unknown : vocab.get(piece))),
    special: [...Object.keys(layout.fixed), ...[...vocab.keys()].filter(token => namesLanguage.test(token))],
  });
}

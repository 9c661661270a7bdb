import { readAddedTokens } from '../added-tokens.js';
import { allComponents } from '../all-components.js';
import { readComponent } from '../components.js';
import { failFile } from '../errors.js';
import type { Model } from '../models/model.js';
import type { TemplateItem } from '../post-processors/post-processor.js';
import { readModelFile } from '../sentencepiece/model-file.js';
import { sentencePieceParts } from '../sentencepiece/sentence-piece.js';
import { Tokenizer, type TokenizerParts } from '../tokenizer.js';
import { Vocabulary } from '../vocabulary.js';
import { addedTokensOf, type Roles, rolesOf, type Settings } from './checkpoint-files.js';
import { type PieceLayout, pieceLayout } from './piece-layouts.js';
import { savedFamily } from './saved-pieces.js';

/** A tokenizer from a SentencePiece model and the settings beside it: ids, special tokens and what is put around a text as its family has them. */
export function pieceTokenizer(bytes: Uint8Array, settings: Settings): Tokenizer {
  const file = readModelFile(bytes);
  const parts = sentencePieceParts(file);
  const layout = pieceLayout(settings, file.pieces.length);
  const place = parts.model.unknownId!;
  const { bos, eos } = file.roles;
  const roles = rolesOf(settings, { bos, eos, unk: file.pieces[place]!, ...layout.roles });
  const tokens = new Map(Object.entries(layout.fixed));
  const taken = new Set(tokens.values());
  const ids = file.pieces.map((piece, index) => {
    const name = index === place ? (roles.unk ?? piece) : piece;
    const id = tokens.get(name) ?? index + layout.offset;
    if (!tokens.has(name) && !taken.has(id)) tokens.set(name, id);
    return id;
  });
  return laidOut(parts, { ...layout, roles, settings, tokens, ids, special: Object.keys(layout.fixed) });
}

interface Laid extends Pick<PieceLayout, 'single' | 'pair' | 'before'> {
  readonly roles: Roles;
  readonly settings: Settings;
  /** All tokens with their ids. */
  readonly tokens: ReadonlyMap<string, number>;
  /** The id of each piece of the model; undefined where it has none and is unknown. */
  readonly ids: readonly (number | undefined)[];
  /** Special tokens beside those with a role. */
  readonly special: readonly string[];
  /** The tokenizer of the language into which a model translates, where it is another. */
  readonly target?: Tokenizer | undefined;
}

/** The parts of a SentencePiece tokenizer with other ids, and with tokens beside its pieces and around a text. */
export function laidOut(
  parts: TokenizerParts,
  { roles, settings, tokens, ids, special, target, ...layout }: Laid,
): Tokenizer {
  const vocabulary = new Vocabulary();
  for (const [token, id] of tokens) vocabulary.add(token, id, 'the vocabulary');
  const json = addedTokensOf(settings, roles, token => tokens.get(token));
  const contents = new Set(json.map(({ content }) => content));
  for (const content of special) {
    if (!contents.has(content)) json.push({ id: tokens.get(content)!, content, special: true, normalized: false });
  }
  const added = readAddedTokens(json, vocabulary);
  const found = new Map(added.map(({ content, id }) => [content, id]));
  const known = (token: string | undefined) =>
    token === undefined ? undefined : (found.get(token) ?? tokens.get(token));
  const others = parts.addedTokens.filter(({ content }) => tokens.has(content) && !found.has(content));
  const steps = (layout.before ?? []).map((step, index) =>
    readComponent('normalizer', allComponents.normalizers, step, `normalizer[${index}]`),
  );
  const template = (items: readonly string[]) => items.map(item => templateItem(item, roles, known));
  const idsOfRoles = (['bos', 'eos', 'pad', 'unk'] as const).map(role => [role, known(roles[role])] as const);
  const laid = {
    addedTokens: [...added, ...others.map(token => ({ ...token, id: tokens.get(token.content)! }))],
    model: renumbered(parts.model, vocabulary, ids),
    postProcessor: { template: { single: template(layout.single), pair: template(layout.pair) }, keepsTypeIds: true },
  };
  const { file } = parts;
  return new Tokenizer({
    ...parts,
    ...laid,
    target,
    normalizer: text => {
      for (const normalize of steps) normalize(text);
      parts.normalizer!(text);
    },
    ...(typeof file === 'function' && {
      file: () => savedFamily(file(), { ...laid, ids, before: layout.before ?? [] }),
    }),
    roles: Object.fromEntries(idsOfRoles.filter(([, id]) => id !== undefined)),
  });
}

/** The same model with other ids; a piece without one is unknown. */
function renumbered(
  { pieces: _, ...model }: Model,
  vocabulary: Vocabulary,
  ids: readonly (number | undefined)[],
): Model {
  const unknownId = ids[model.unknownId!];
  return {
    ...model,
    vocabulary,
    unknownId,
    tokenize(text, start, end, bytes, out, spans) {
      const from = out.length;
      model.tokenize(text, start, end, bytes, out, spans);
      for (let index = from; index < out.length; index++) out[index] = ids[out[index]!] ?? unknownId!;
    },
  };
}

function templateItem(
  item: string,
  roles: Roles,
  known: (token: string | undefined) => number | undefined,
): TemplateItem {
  const [, name = '', type = '0'] = /^(.+?)(?::(\d))?$/.exec(item) ?? [];
  const typeId = Number(type);
  if (name === '$A' || name === '$B') return { sequence: name === '$A' ? 0 : 1, typeId };
  const token = name === 'bos' || name === 'eos' ? roles[name] : name;
  const id = known(token);
  return id === undefined
    ? failFile(`the vocabulary has no token "${token ?? name}" to put around a text`)
    : { ids: [id], typeId };
}

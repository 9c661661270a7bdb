import { readAddedTokens } from '../../added-tokens/added-token.js';
import { failFile } from '../../errors.js';
import type { Model } from '../../models/model.js';
import { Vocabulary } from '../../models/vocabulary.js';
import type { TokenizerParts } from '../../parts.js';
import type { TemplateItem } from '../../post-processors/post-processor.js';
import { Tokenizer } from '../../tokenizer.js';
import { allComponents } from '../json/all-components.js';
import { readComponent } from '../json/components.js';
import { readModelProto } from '../sentencepiece/model-proto.js';
import { sentencePieceParts } from '../sentencepiece/sentence-piece-tokenizer.js';
import { type CheckpointSettings, collectAddedTokens, type SpecialTokensMap, specialTokensMapOf } from './settings.js';
import { type SpecialTokenLayout, specialTokenLayout } from './special-token-layouts.js';
import { familyToJson } from './to-json.js';

/**
 * Creates the tokenizer of a SentencePiece checkpoint: ids, special tokens and template follow the model family and the
 * settings.
 */
export function familyTokenizer(bytes: Uint8Array, settings: CheckpointSettings): Tokenizer {
  const file = readModelProto(bytes);
  const parts = sentencePieceParts(file);
  const layout = specialTokenLayout(settings, file.pieces.length);
  const unknownIndex = parts.model.unknownId!;
  const { bos, eos } = file.specialPieces;
  const specialTokens = specialTokensMapOf(settings, {
    bos,
    eos,
    unk: file.pieces[unknownIndex]!,
    ...layout.specialTokens,
  });
  const tokens = new Map(Object.entries(layout.fixedIds));
  const fixedIds = new Set(tokens.values());
  const ids = file.pieces.map((piece, index) => {
    const name = index === unknownIndex ? (specialTokens.unk ?? piece) : piece;
    const id = tokens.get(name) ?? index + layout.idOffset;
    if (!tokens.has(name) && !fixedIds.has(id)) tokens.set(name, id);
    return id;
  });
  return withSpecialTokens(parts, {
    ...layout,
    specialTokens,
    settings,
    tokens,
    ids,
    special: Object.keys(layout.fixedIds),
  });
}

interface SpecialTokenSetup extends Pick<SpecialTokenLayout, 'single' | 'pair' | 'normalizersBefore'> {
  readonly specialTokens: SpecialTokensMap;
  readonly settings: CheckpointSettings;
  /** All tokens with their ids. */
  readonly tokens: ReadonlyMap<string, number>;
  /** The id of each piece of the model; undefined if it has none and counts as unknown. */
  readonly ids: readonly (number | undefined)[];
  /** Further special tokens without a name in `special_tokens_map.json`. */
  readonly special: readonly string[];
  /** The tokenizer of translations, if the model has a separate one. */
  readonly target?: Tokenizer | undefined;
}

/** Creates a tokenizer from the parts of a SentencePiece tokenizer, with other ids, special tokens and a template. */
export function withSpecialTokens(
  parts: TokenizerParts,
  { specialTokens, settings, tokens, ids, special, target, ...layout }: SpecialTokenSetup,
): Tokenizer {
  const vocabulary = new Vocabulary();
  for (const [token, id] of tokens) vocabulary.add(token, id, 'the vocabulary');
  const json = collectAddedTokens(settings, specialTokens, token => tokens.get(token));
  const contents = new Set(json.map(({ content }) => content));
  for (const content of special) {
    if (!contents.has(content)) json.push({ id: tokens.get(content)!, content, special: true, normalized: false });
  }
  const added = readAddedTokens(json, vocabulary);
  const addedIds = new Map(added.map(({ content, id }) => [content, id]));
  const idOf = (token: string | undefined) =>
    token === undefined ? undefined : (addedIds.get(token) ?? tokens.get(token));
  const others = parts.addedTokens.filter(({ content }) => tokens.has(content) && !addedIds.has(content));
  const steps = (layout.normalizersBefore ?? []).map((step, index) =>
    readComponent('normalizer', allComponents.normalizers, step, `normalizer[${index}]`),
  );
  const template = (items: readonly string[]) => items.map(item => templateItem(item, specialTokens, idOf));
  const specialTokenIds = (['bos', 'eos', 'pad', 'unk'] as const).map(
    role => [role, idOf(specialTokens[role])] as const,
  );
  const familyParts = {
    addedTokens: [...added, ...others.map(token => ({ ...token, id: tokens.get(token.content)! }))],
    model: renumberModel(parts.model, vocabulary, ids),
    postProcessor: {
      template: { single: template(layout.single), pair: template(layout.pair) },
      alwaysSetsTypeIds: true,
    },
  };
  const { file, types } = parts;
  return new Tokenizer({
    ...parts,
    ...familyParts,
    target,
    normalizer: text => {
      for (const normalize of steps) normalize(text);
      parts.normalizer!(text);
    },
    ...(typeof file === 'function' && {
      file: () => familyToJson(file(), { ...familyParts, ids, before: layout.normalizersBefore ?? [] }),
    }),
    ...(types && {
      types: {
        ...types,
        normalizer: [...(layout.normalizersBefore ?? []).map(({ type }) => type), ...types.normalizer],
      },
    }),
    specialTokenIds: Object.fromEntries(specialTokenIds.filter(([, id]) => id !== undefined)),
  });
}

/** The same model with other ids. A piece without an id becomes unknown. */
function renumberModel(
  { preTokenEncoder: _, ...model }: Model,
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
  specialTokens: SpecialTokensMap,
  idOf: (token: string | undefined) => number | undefined,
): TemplateItem {
  const [, name = '', type = '0'] = /^(.+?)(?::(\d))?$/.exec(item) ?? [];
  const typeId = Number(type);
  if (name === '$A' || name === '$B') return { sequence: name === '$A' ? 0 : 1, typeId };
  const token = name === 'bos' || name === 'eos' ? specialTokens[name] : name;
  const id = idOf(token);
  return id === undefined
    ? failFile(`the vocabulary has no token "${token ?? name}" to put around a text`)
    : { ids: [id], typeId };
}

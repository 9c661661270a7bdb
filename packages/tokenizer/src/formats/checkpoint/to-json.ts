import { addedTokenToJson } from '../../added-tokens/added-token.js';
import { failFile } from '../../errors.js';
import { tokensById } from '../../models/vocabulary.js';
import type { TokenizerParts } from '../../parts.js';
import type { TemplateItem } from '../../post-processors/post-processor.js';
import type { Json } from '../json/fields.js';

/** What a family adds to a SentencePiece model, as parts of the tokenizer. */
interface FamilyParts extends Pick<TokenizerParts, 'addedTokens' | 'model' | 'postProcessor'> {
  /** The id of each piece of the model; undefined if it has none. */
  readonly ids: readonly (number | undefined)[];
  /** Normalizers that run before the model's own. */
  readonly before: readonly object[];
}

/** The `tokenizer.json` of a SentencePiece model, `plain`, with the family's ids, tokens and template. */
export function familyToJson(plain: Json, parts: FamilyParts): Json {
  const { normalizers = [] } = (plain.normalizer ?? {}) as { normalizers?: readonly Json[] };
  const all = [...parts.before, ...normalizers];
  return {
    ...plain,
    added_tokens: parts.addedTokens.map(addedTokenToJson),
    normalizer: all.length > 0 ? { type: 'Sequence', normalizers: all } : null,
    post_processor: templateToJson(parts),
    model: renumberModelJson(plain.model as Json, parts),
  };
}

function templateToJson({ postProcessor: { template }, model: { vocabulary }, addedTokens }: FamilyParts): Json | null {
  if (!template) return null;
  const special: Record<string, Json> = {};
  const nameOf = (id: number) => addedTokens.find(token => token.id === id)?.content ?? vocabulary.token(id)!;
  const items = (list: readonly TemplateItem[]) =>
    list.flatMap((item): Json[] => {
      if ('sequence' in item) return [{ Sequence: { id: 'AB'[item.sequence], type_id: item.typeId } }];
      return item.ids.map(id => {
        const name = nameOf(id);
        special[name] = { id: name, ids: [id], tokens: [name] };
        return { SpecialToken: { id: name, type_id: item.typeId } };
      });
    });
  const [single, pair] = [items(template.single), items(template.pair)];
  const sorted = Object.entries(special).sort(([a], [b]) => (a < b ? -1 : 1));
  return { type: 'TemplateProcessing', single, pair, special_tokens: Object.fromEntries(sorted) };
}

/** The model's tables with other ids. A token that is not a piece must be an added token. */
function renumberModelJson(model: Json, { ids, model: { vocabulary, unknownId }, addedTokens }: FamilyParts): Json {
  const tokens = tokensById(vocabulary);
  const indexOfId = new Map(ids.map((id, index) => [id, index]));
  const added = new Set(addedTokens.map(({ content }) => content));
  if (ids.includes(undefined)) {
    failFile(
      `a vocabulary without ids for ${ids.filter(id => id === undefined).length} pieces of its SentencePiece ` +
        'model cannot be saved as tokenizer.json',
    );
  }
  for (const [token, id] of tokens) {
    if (!indexOfId.has(id) && !added.has(token))
      failFile(
        `the token "${token}" is neither a piece of the SentencePiece model nor an added token; tokenizer.json would ` +
          'find it in texts',
      );
  }
  if (model.type === 'BPE') return { ...model, vocab: new Map(tokens), unk_token: vocabulary.token(unknownId!) };
  const missing = tokens.findIndex(([, id], index) => id !== index);
  if (missing >= 0)
    failFile(`no token has the id ${missing}; a Unigram model in tokenizer.json has a token for each id`);
  const plain = model.vocab as readonly (readonly [string, number])[];
  return {
    ...model,
    unk_id: unknownId,
    vocab: tokens.map(([token, id]) => [token, plain[indexOfId.get(id) ?? -1]?.[1] ?? 0]),
  };
}

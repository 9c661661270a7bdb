import { abbreviateJson, failFile } from '../errors.js';
import { type Component, required } from '../formats/json/components.js';
import { Fields, isCount, isString, type Json } from '../formats/json/fields.js';
import type { PostProcessor, TemplateItem } from './post-processor.js';

/** Special tokens around and between the sequences according to a template. */
export const template: Component<PostProcessor> = {
  type: 'TemplateProcessing',
  fields: { single: required, pair: null, special_tokens: required },
  fromJson: readTemplate,
  toJson: templateToJson,
};

/** Reads a template. Throws `file` if an item does not fit, or names a special token that the file does not define. */
export function readTemplate(fields: Fields): PostProcessor {
  const special = fields.object('special_tokens');
  const items = (name: string): TemplateItem[] => {
    const list = fields.array(name);
    if (list.length > maxItems) failFile(`${fields.path(name)} has ${list.length} items; ${maxItems} would fit`);
    return list.map((json, index) => readItem(new Fields(json, `${fields.path(name)}[${index}]`), special));
  };
  const single = items('single');
  const pair = fields.has('pair') ? items('pair') : single;
  if (single.some(item => 'sequence' in item && item.sequence === 1)) {
    failFile(`${fields.path('single')} names sequence B, which a single text does not have`);
  }
  return { template: { single, pair }, alwaysSetsTypeIds: true };
}

/** The maximum number of items of a template, and of ids of each of its tokens. */
const maxItems = 100;

function readItem(fields: Fields, special: Fields): TemplateItem {
  if (fields.has('Sequence')) {
    const sequence = fields.object('Sequence');
    return { sequence: sequence.choice('id', ['A', 'B']) === 'A' ? 0 : 1, typeId: sequence.count('type_id', 0) };
  }
  if (!fields.has('SpecialToken')) failFile(`${fields.where} must hold Sequence or SpecialToken`);
  const token = fields.object('SpecialToken');
  const name = token.string('id');
  if (!special.has(name)) failFile(`${token.path('id')} "${name}" is not in ${special.where}`);
  const ids = special.object(name).array('ids');
  if (ids.length > maxItems) failFile(`${special.path(name)}.ids has ${ids.length} ids; ${maxItems} would fit`);
  if (!ids.every(isCount)) failFile(`${special.path(name)}.ids must be whole numbers, they are ${abbreviateJson(ids)}`);
  const shown = special.object(name).raw('tokens');
  const isShown = Array.isArray(shown) && shown.length === ids.length && shown.every(isString);
  return { ids, ...(isShown && { tokens: shown }), typeId: token.count('type_id', 0) };
}

/** The template with all type ids, and its special tokens sorted by name. */
function templateToJson(fields: Fields): Json {
  const items = (name: string) =>
    fields.array(name).map(item => {
      const [[kind, of]] = Object.entries(item as Json) as [[string, Json]];
      return { [kind]: { id: of.id, type_id: of.type_id ?? 0 } };
    });
  const special = Object.entries(fields.object('special_tokens').all as { readonly [name: string]: Json });
  special.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    single: items('single'),
    pair: items(fields.has('pair') ? 'pair' : 'single'),
    special_tokens: Object.fromEntries(
      special.map(([name, token]) => [name, { id: name, ids: token.ids, tokens: token.tokens ?? [name] }]),
    ),
  };
}

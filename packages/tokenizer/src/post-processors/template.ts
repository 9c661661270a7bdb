import { abbreviateJson, failFile } from '../errors.js';
import type { ComponentReader } from '../formats/json/components.js';
import { Fields } from '../formats/json/fields.js';
import type { PostProcessor, TemplateItem } from './post-processor.js';

/** Special tokens around and between the sequences according to a template. */
export const template: ComponentReader<PostProcessor> = fields => {
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
};

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
  for (const id of ids) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
      failFile(`${special.path(name)}.ids must be whole numbers, they are ${abbreviateJson(ids)}`);
    }
  }
  const shown = special.object(name).raw('tokens');
  const isShown = Array.isArray(shown) && shown.length === ids.length && shown.every(each => typeof each === 'string');
  return { ids: ids as readonly number[], ...(isShown && { tokens: shown }), typeId: token.count('type_id', 0) };
}

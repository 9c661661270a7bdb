import type { Reader } from '../components.js';
import { failFile, shownJson } from '../errors.js';
import type { Fields } from '../fields.js';
import { type PostProcessor, readTrim, type TemplateItem } from './post-processor.js';

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the second part with type id 1. */
export const bert: Reader<PostProcessor> = fields => {
  const [cls, sep] = [specialToken(fields, 'cls'), specialToken(fields, 'sep')];
  const first = [cls, { sequence: 0, typeId: 0 } as const, sep];
  return { template: { single: first, pair: [...first, { sequence: 1, typeId: 1 }, { ...sep, typeId: 1 }] } };
};

/** `<s> A </s>` and `<s> A </s></s> B </s>`, all with type id 0; may trim offsets. */
export const roberta: Reader<PostProcessor> = fields => {
  const [cls, end] = [specialToken(fields, 'cls'), specialToken(fields, 'sep')];
  const first = [cls, { sequence: 0, typeId: 0 } as const, end];
  return {
    ...readTrim(fields),
    template: { single: first, pair: [...first, end, { sequence: 1, typeId: 0 }, end] },
    keepsTypeIds: true,
    typesOverflow: true,
  };
};

function specialToken(fields: Fields, name: string): TemplateItem {
  const [token, id] = fields.array(name);
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
    return failFile(`${fields.path(name)} must be a token and its id, it is ${shownJson(fields.raw(name))}`);
  }
  return { ids: [id], ...(typeof token === 'string' && { tokens: [token] }), typeId: 0 };
}

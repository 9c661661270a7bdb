import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import type { Fields } from '../fields.js';
import { type PostProcessor, readTrim } from './post-processor.js';

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the second part with type id 1. */
export const bert: Reader<PostProcessor> = fields => {
  const [cls, sep] = [specialId(fields, 'cls'), specialId(fields, 'sep')];
  const first = [{ ids: [cls], typeId: 0 }, { sequence: 0, typeId: 0 } as const, { ids: [sep], typeId: 0 }];
  return {
    template: { single: first, pair: [...first, { sequence: 1, typeId: 1 }, { ids: [sep], typeId: 1 }] },
  };
};

/** `<s> A </s>` and `<s> A </s></s> B </s>`, all with type id 0; may trim offsets. */
export const roberta: Reader<PostProcessor> = fields => {
  const [cls, sep] = [specialId(fields, 'cls'), specialId(fields, 'sep')];
  const end = { ids: [sep], typeId: 0 };
  const first = [{ ids: [cls], typeId: 0 }, { sequence: 0, typeId: 0 } as const, end];
  return {
    ...readTrim(fields),
    template: { single: first, pair: [...first, end, { sequence: 1, typeId: 0 }, end] },
    keepsTypeIds: true,
    typesOverflow: true,
  };
};

function specialId(fields: Fields, name: string): number {
  const [, id] = fields.array(name);
  if (typeof id !== 'number' || !Number.isInteger(id) || id < 0) {
    return failFile(`${fields.path(name)} must be a token and its id, it is ${JSON.stringify(fields.raw(name))}`);
  }
  return id;
}

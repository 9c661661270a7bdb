import { abbreviateJson, failFile } from '../errors.js';
import { type Component, required } from '../formats/json/components.js';
import { type Fields, isCount } from '../formats/json/fields.js';
import { type PostProcessor, readTrimOffsets, type TemplateItem } from './post-processor.js';

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`, the second part with type id 1. */
export const bert: Component<PostProcessor> = {
  type: 'BertProcessing',
  fields: { sep: required, cls: required },
  fromJson: fields => {
    const [cls, sep] = [specialToken(fields, 'cls'), specialToken(fields, 'sep')];
    const first = [cls, { sequence: 0, typeId: 0 } as const, sep];
    return { template: { single: first, pair: [...first, { sequence: 1, typeId: 1 }, { ...sep, typeId: 1 }] } };
  },
};

/** `<s> A </s>` and `<s> A </s></s> B </s>`, all with type id 0; may trim offsets. */
export const roberta: Component<PostProcessor> = {
  type: 'RobertaProcessing',
  fields: { sep: required, cls: required, trim_offsets: true, add_prefix_space: true },
  fromJson: fields => {
    const [cls, end] = [specialToken(fields, 'cls'), specialToken(fields, 'sep')];
    const first = [cls, { sequence: 0, typeId: 0 } as const, end];
    return {
      ...readTrimOffsets(fields),
      template: { single: first, pair: [...first, end, { sequence: 1, typeId: 0 }, end] },
      alwaysSetsTypeIds: true,
      setsOverflowTypeIds: true,
    };
  },
};

function specialToken(fields: Fields, name: string): TemplateItem {
  const [token, id] = fields.array(name);
  if (!isCount(id)) {
    return failFile(`${fields.path(name)} must be a token and its id, it is ${abbreviateJson(fields.raw(name))}`);
  }
  return { ids: [id], ...(typeof token === 'string' && { tokens: [token] }), typeId: 0 };
}

import type { ComponentReader } from '../formats/json/components.js';
import type { PreTokenizer } from './pre-tokenizer.js';

/** Applies pre-tokenizers one after another, each to the pre-tokens of the one before. */
export const sequence: ComponentReader<PreTokenizer> = (fields, nested) => {
  const path = fields.path('pretokenizers');
  return fields.array('pretokenizers').flatMap((json, index) => nested(json, `${path}[${index}]`));
};

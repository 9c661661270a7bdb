import type { Component } from '../formats/json/components.js';
import type { PreTokenizer } from './pre-tokenizer.js';

/** Applies pre-tokenizers one after another, each to the pre-tokens of the one before. */
export const sequence: Component<PreTokenizer> = {
  type: 'Sequence',
  list: 'pretokenizers',
  fromJson: (_fields, parts) => parts.flat(),
};

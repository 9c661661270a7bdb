import { type Component, required } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import type { Normalizer } from './normalizer.js';

/** Adds a prefix to a text that is not empty. */
export const prepend: Component<Normalizer> = {
  type: 'Prepend',
  fields: { prepend: required },
  fromJson: fields => {
    const prefix = fields.string('prepend');
    return text => text.prepend(prefix);
  },
  spaceRule: keepsSpace,
};

import type { ComponentReader } from '../formats/json/components.js';
import type { Normalizer } from './normalizer.js';

/** Adds a prefix to a text that is not empty. */
export const prepend: ComponentReader<Normalizer> = fields => {
  const prefix = fields.string('prepend');
  return text => text.prepend(prefix);
};

import type { Reader } from '../components.js';
import type { Normalizer } from './normalizer.js';

/** Puts a prefix in front of a text that is not empty. */
export const prepend: Reader<Normalizer> = fields => {
  const prefix = fields.string('prepend');
  return text => text.prepend(prefix);
};

import type { Reader } from '../components.js';
import type { Normalizer } from './normalizer.js';

/** Removes combining marks. */
export const stripAccents: Reader<Normalizer> = () => text => {
  if (!text.tracked) text.text = text.text.replace(/\p{M}+/gu, '');
  else if (/\p{M}/u.test(text.text)) text.filter(char => !/\p{M}/u.test(char));
};

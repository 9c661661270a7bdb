import type { Reader } from '../components.js';
import { readMetaspace } from '../pre-tokenizers/metaspace.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** Makes visible spaces spaces again; those of the first token go, unless none was put in front. */
export const metaspace: Reader<Decoder> = fields => {
  const { replacement, scheme } = readMetaspace(fields);
  return perToken((token, index) => token.replaceAll(replacement, index === 0 && scheme !== 'never' ? '' : ' '));
};

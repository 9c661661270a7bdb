import type { ComponentReader } from '../formats/json/components.js';
import { readMetaspace } from '../pre-tokenizers/metaspace.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** Makes visible spaces spaces again; those of the first token go, unless none was put in front. */
export const metaspace: ComponentReader<Decoder> = fields => {
  const { replacement, prependScheme } = readMetaspace(fields);
  return perToken((token, index) => token.replaceAll(replacement, index === 0 && prependScheme !== 'never' ? '' : ' '));
};

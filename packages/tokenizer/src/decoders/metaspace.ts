import type { ComponentReader } from '../formats/json/components.js';
import { readMetaspace } from '../pre-tokenizers/metaspace.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/**
 * Replaces the visible spaces by spaces. Those of the first token are removed, unless the prepend scheme is `never`.
 */
export const metaspace: ComponentReader<Decoder> = fields => {
  const { replacement, prependScheme } = readMetaspace(fields);
  return perToken((token, index) => token.replaceAll(replacement, index === 0 && prependScheme !== 'never' ? '' : ' '));
};

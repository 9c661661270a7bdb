import type { Component } from '../formats/json/components.js';
import { metaspaceFields, metaspaceToJson, readMetaspace } from '../pre-tokenizers/metaspace.js';
import { type Decoder, perToken } from './decoder.js';

/**
 * Replaces the visible spaces by spaces. Those of the first token are removed, unless the prepend scheme is `never`.
 */
export const metaspace: Component<Decoder> = {
  type: 'Metaspace',
  fields: metaspaceFields,
  fromJson: fields => {
    const { replacement, prependScheme } = readMetaspace(fields);
    const first = prependScheme === 'never' ? ' ' : '';
    return perToken((token, index) => token.replaceAll(replacement, index === 0 ? first : ' '));
  },
  toJson: metaspaceToJson,
};

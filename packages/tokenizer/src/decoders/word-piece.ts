import type { Component } from '../formats/json/components.js';
import { cleanUpTokenization, doNotRule } from './clean-up.js';
import { type Decoder, perToken } from './decoder.js';

/**
 * Joins tokens with the prefix to the word before them and separates all others by a space. Cleans up spaces if the
 * file asks for it.
 */
export const wordPiece: Component<Decoder> = {
  type: 'WordPiece',
  fields: { prefix: '##', cleanup: true },
  fromJson: fields => {
    const prefix = fields.string('prefix');
    const cleans = fields.boolean('cleanup');
    return perToken((token, index) => {
      const joined = index === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
      return cleans ? cleanUpTokenization(joined, doNotRule) : joined;
    });
  },
};

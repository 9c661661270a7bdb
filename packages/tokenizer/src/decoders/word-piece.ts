import type { ComponentReader } from '../formats/json/components.js';
import { cleanUpTokenization, doNotRule } from './clean-up.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** Joins tokens that continue a word to it and sets the others apart; cleans up spaces where the file says so. */
export const wordPiece: ComponentReader<Decoder> = fields => {
  const prefix = fields.string('prefix', '##');
  const cleans = fields.boolean('cleanup', true);
  return perToken((token, index) => {
    const joined = index === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`;
    return cleans ? cleanUpTokenization(joined, doNotRule) : joined;
  });
};

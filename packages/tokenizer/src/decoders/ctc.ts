import type { ComponentReader } from '../formats/json/components.js';
import { cleanUpTokenization, doNotRule } from './clean-up.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/**
 * Connectionist temporal classification: removes repeated tokens and padding, and replaces the delimiter by a space.
 */
export const ctc: ComponentReader<Decoder> = fields => {
  const padding = fields.string('pad_token', '<pad>');
  const delimiter = fields.string('word_delimiter_token', '|');
  const cleans = fields.boolean('cleanup', true);
  const decoder: Decoder = emit => {
    let last: string | undefined;
    const whole = perToken(token => token)(token => {
      if (token === last) return;
      last = token;
      let text = token.replaceAll(padding, '');
      if (cleans) text = cleanUpTokenization(text, doNotRule).replaceAll(delimiter, ' ');
      if (text !== '') emit(text, true);
    });
    return whole;
  };
  return Object.assign(decoder, { grows: delimiter === '' });
};

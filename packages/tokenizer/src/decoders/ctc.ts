import type { Reader } from '../components.js';
import { cleanedUp, dialogue } from './clean-up.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** Connectionist temporal classification: repeated tokens are one, padding goes, the delimiter is a space. */
export const ctc: Reader<Decoder> = fields => {
  const padding = fields.string('pad_token', '<pad>');
  const delimiter = fields.string('word_delimiter_token', '|');
  const cleans = fields.boolean('cleanup', true);
  const decoder: Decoder = emit => {
    let last: string | undefined;
    const whole = perToken(token => token)(token => {
      if (token === last) return;
      last = token;
      let text = token.replaceAll(padding, '');
      if (cleans) text = cleanedUp(text, dialogue).replaceAll(delimiter, ' ');
      if (text !== '') emit(text, true);
    });
    return whole;
  };
  return Object.assign(decoder, { grows: delimiter === '' });
};

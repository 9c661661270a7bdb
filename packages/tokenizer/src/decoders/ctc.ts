import type { Component } from '../formats/json/components.js';
import { cleanUpTokenization, doNotRule } from './clean-up.js';
import { type Decoder, perToken } from './decoder.js';

/**
 * Connectionist temporal classification: removes repeated tokens and padding, and replaces the delimiter by a space.
 */
export const ctc: Component<Decoder> = {
  type: 'CTC',
  fields: { pad_token: '<pad>', word_delimiter_token: '|', cleanup: true },
  fromJson: fields => {
    const padding = fields.string('pad_token');
    const delimiter = fields.string('word_delimiter_token');
    const cleans = fields.boolean('cleanup');
    const decoder: Decoder = emit => {
      let last: string | undefined;
      return perToken(token => token)(token => {
        if (token === last) return;
        last = token;
        let text = token.replaceAll(padding, '');
        if (cleans) text = cleanUpTokenization(text, doNotRule).replaceAll(delimiter, ' ');
        if (text !== '') emit(text, true);
      });
    };
    return Object.assign(decoder, { grows: delimiter === '' });
  },
};

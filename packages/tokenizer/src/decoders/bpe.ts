import type { Component } from '../formats/json/components.js';
import { type Decoder, perToken } from './decoder.js';

/** Replaces the suffix that ends words by a space, except at the end of the text. */
export const bpe: Component<Decoder> = {
  type: 'BPEDecoder',
  fields: { suffix: '</w>' },
  fromJson: fields => replaceSuffix(fields.string('suffix')),
};

const replaceSuffix =
  (suffix: string): Decoder =>
  emit => {
    // The last token is treated differently, so each token waits for the next one.
    let pending: string | undefined;
    const release = (space: string) => {
      if (pending !== undefined) emit(suffix === '' ? pending : pending.replaceAll(suffix, space), true);
      pending = undefined;
    };
    const whole = perToken(token => token)(token => {
      release(' ');
      pending = token;
    });
    return {
      push: whole.push,
      finish() {
        whole.finish();
        release('');
      },
    };
  };

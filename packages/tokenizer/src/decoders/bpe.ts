import type { Reader } from '../components.js';
import type { Decoder } from './decoder.js';
import { perToken } from './decoder.js';

/** Makes a space of the suffix that ends words, except at the end of the text. */
export const bpe: Reader<Decoder> = fields => {
  const suffix = fields.string('suffix', '</w>');
  return emit => {
    // The last token is treated otherwise, so each is held until another comes.
    let held: string | undefined;
    const release = (space: string) => {
      if (held !== undefined) emit(suffix === '' ? held : held.replaceAll(suffix, space), true);
      held = undefined;
    };
    const whole = perToken(token => token)(token => {
      release(' ');
      held = token;
    });
    return {
      push: whole.push,
      finish() {
        whole.finish();
        release('');
      },
    };
  };
};

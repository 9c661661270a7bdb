import { type Component, required } from '../formats/json/components.js';
import type { Fields } from '../formats/json/fields.js';
import { checkGrowth, maxGrownLength } from '../text/growth-limit.js';
import { readPattern } from '../text/pattern.js';
import { type Decoder, perToken } from './decoder.js';

/** Replaces the matches of a literal or a regular expression in each token. */
export const replace: Component<Decoder> = {
  type: 'Replace',
  fields: { pattern: required, content: required },
  fromJson: replaceInTokens,
};

function replaceInTokens(fields: Fields): Decoder {
  const find = readPattern(fields, 'pattern');
  const content = fields.string('content');
  const literal = fields.object('pattern').raw('String');
  const whole = perToken(token => {
    const ranges: number[] = [];
    find(token, 0, token.length, ranges);
    checkGrowth((ranges.length / 2) * content.length, maxGrownLength(token.length), 'decoders');
    let text = '';
    let last = 0;
    for (let index = 0; index < ranges.length; index += 2) {
      text += token.slice(last, ranges[index]) + content;
      last = ranges[index + 1]!;
    }
    return text + token.slice(last);
  });
  const grows = content.length > (typeof literal === 'string' ? literal.length : 0);
  return Object.assign(typeof literal === 'string' && literal.length === 1 ? unit(literal) : whole, { grows });

  /** A pattern of one UTF-16 unit cannot span two parts of a token, so nothing has to be held back. */
  function unit(literal: string): Decoder {
    return emit => ({
      push(text, ends) {
        if (grows)
          checkGrowth((text.split(literal).length - 1) * content.length, maxGrownLength(text.length), 'decoders');
        emit(
          text.replaceAll(literal, () => content),
          ends,
        );
      },
      finish: () => {},
    });
  }
}

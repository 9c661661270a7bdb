import { failFile } from '../errors.js';
import type { ComponentReader } from '../formats/json/components.js';
import type { PreTokenizer } from './pre-tokenizer.js';

/** Splits after every `length` characters. */
export const fixedLength: ComponentReader<PreTokenizer> = fields => {
  const length = fields.count('length', 5);
  if (length === 0) failFile(`${fields.path('length')} is 0; pieces have 1 character or more`);
  return [
    {
      split(text, start, end, spans) {
        for (let at = start, to = at; at < end; at = to) {
          for (let count = 0; count < length && to < end; count++) to += text.codePointAt(to)! > 0xffff ? 2 : 1;
          spans.push(at, to);
        }
      },
    },
  ];
};

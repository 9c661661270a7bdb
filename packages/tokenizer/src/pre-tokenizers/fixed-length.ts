import { failFile } from '../errors.js';
import type { Component } from '../formats/json/components.js';
import type { PreTokenizer, Splitter } from './pre-tokenizer.js';

/** Splits after every `length` characters. */
export const fixedLength: Component<PreTokenizer> = {
  type: 'FixedLength',
  fields: { length: 5 },
  fromJson: fields => {
    const length = fields.count('length');
    if (length === 0) failFile(`${fields.path('length')} is 0; pieces have 1 character or more`);
    return [{ split: splitAfterEvery(length) }];
  },
};

const splitAfterEvery =
  (length: number): Splitter =>
  (text, start, end, spans) => {
    for (let at = start, to = at; at < end; at = to) {
      for (let count = 0; count < length && to < end; count++) to += text.codePointAt(to)! > 0xffff ? 2 : 1;
      spans.push(at, to);
    }
  };

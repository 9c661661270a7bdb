import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import type { Normalizer } from './normalizer.js';

/** Removes control characters and replaces unusual white space by spaces (SentencePiece's `nmt` rules). */
export const nmt: Component<Normalizer> = {
  type: 'Nmt',
  fromJson: () => text => {
    text.filter(char => !isRemoved(char.codePointAt(0)!));
    text.mapCharacters(char => (spaces.test(char) ? ' ' : char));
  },
  spaceRule: keepsSpace,
};

const spaces = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;

const isRemoved = (code: number) =>
  (code >= 0x01 && code <= 0x08) ||
  code === 0x0b ||
  (code >= 0x0e && code <= 0x1f) ||
  code === 0x7f ||
  code === 0x8f ||
  code === 0x9f;

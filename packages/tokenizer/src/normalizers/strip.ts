import type { Component } from '../formats/json/components.js';
import { keepsSpace } from '../streaming/space-rule.js';
import { classOf, space, whitespaceEnd } from '../text/character-class.js';
import type { Normalizer } from './normalizer.js';

/** Removes white space from the ends of a text. */
export const strip: Component<Normalizer> = {
  type: 'Strip',
  fields: { strip_left: true, strip_right: true },
  fromJson: fields => {
    const left = fields.boolean('strip_left');
    const right = fields.boolean('strip_right');
    return text => {
      const old = text.text;
      const from = left ? whitespaceEnd(old, 0) : 0;
      let to = old.length;
      while (right && to > from && classOf(old.charCodeAt(to - 1)) === space) to--;
      let at = 0;
      if (from > 0 || to < old.length) {
        text.filter(char => {
          const isKept = at >= from && at < to;
          at += char.length;
          return isKept;
        });
      }
    };
  },
  spaceRule: keepsSpace,
};

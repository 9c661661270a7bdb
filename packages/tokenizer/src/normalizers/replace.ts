import { type Component, required } from '../formats/json/components.js';
import { outerSpaces } from '../formats/sentencepiece/to-json-patterns.js';
import { readPattern } from '../text/pattern.js';
import type { Normalizer } from './normalizer.js';

/** Replaces the matches of a literal or a regular expression. */
export const replace: Component<Normalizer> = {
  type: 'Replace',
  fields: { pattern: required, content: required },
  fromJson: fields => {
    const find = readPattern(fields, 'pattern');
    const content = fields.string('content');
    return text => {
      const ranges: number[] = [];
      find(text.text, 0, text.text.length, ranges);
      if (ranges.length > 0) text.replace(ranges, content);
    };
  },
  spaceRule: (fields, space) => {
    const [pattern, content] = [fields.object('pattern'), fields.string('content')];
    if (pattern.has('String')) {
      const literal = pattern.string('String');
      if (literal !== space) return literal.includes(space) ? undefined : { space };
      return /^[^\p{L}\p{M}\s]$/u.test(content) ? { space: content } : undefined;
    }
    const regex = pattern.string('Regex');
    return regex === ' {2,}' || regex === outerSpaces || (regex === '\\s+' && content === ' ') ? { space } : undefined;
  },
};

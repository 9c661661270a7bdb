import type { ComponentReader } from '../formats/json/components.js';
import { readPattern } from '../text/pattern.js';
import type { Normalizer } from './normalizer.js';

/** Replaces the matches of a literal or a regular expression. */
export const replace: ComponentReader<Normalizer> = fields => {
  const find = readPattern(fields, 'pattern');
  const content = fields.string('content');
  return text => {
    const ranges: number[] = [];
    find(text.text, 0, text.text.length, ranges);
    if (ranges.length > 0) text.replace(ranges, content);
  };
};

import { abbreviate, failFile } from '../errors.js';
import type { Fields } from '../formats/json/fields.js';
import type { Dialect } from '../regex/dialect.js';
import { namedCodePoints } from '../regex/named-code-points.js';
import { createSearch } from '../regex/search.js';
import { translateRegex } from '../regex/translate.js';
import { withOlderEquivalents } from './unicode-version.js';

/** Finds matches in `text[start, end)`: appends `from, to` pairs, ascending and without overlap. */
export type Matcher = (text: string, start: number, end: number, ranges: number[]) => void;

/** Matches each occurrence of `literal`. */
export const literalMatcher = (literal: string): Matcher =>
  literal === ''
    ? () => {}
    : (text, start, end, ranges) => {
        for (let at = text.indexOf(literal, start); at !== -1 && at + literal.length <= end; ) {
          ranges.push(at, at + literal.length);
          at = text.indexOf(literal, at + literal.length);
        }
      };

/**
 * Whether an expression uses properties of characters, which depend on the platform's tables. Characters that it names
 * do not.
 */
const usesUnicodeProperties = ({ source, flags }: RegExp) => flags.includes('i') || /\\[pPwWsSdDbB]/.test(source);

/**
 * Creates a matcher for a regular expression, by default in Oniguruma's syntax. Empty matches count, except right after
 * another match.
 */
export const regexMatcher = (source: string, where: string, dialect?: Dialect): Matcher => {
  const regex = translateRegex(source, where, dialect);
  const searchIn = createSearch(regex);
  if (!searchIn) return failFile(`${where}: the regular expression ${abbreviate(source)} is too large`);
  const isNamed = usesUnicodeProperties(regex) ? namedCodePoints(regex.source) : undefined;
  return (text, start, end, ranges) => {
    const slice = start === 0 && end === text.length ? text : text.slice(start, end);
    const part = isNamed ? withOlderEquivalents(slice, isNamed) : slice;
    if (part === '') return;
    const search = searchIn(part);
    let last = -1; // the end of the last match
    for (let match = search(0); match; ) {
      const [from, to] = match;
      if (to > from || from !== last) ranges.push(start + from, start + to);
      last = to;
      match = search(to > from ? to : to + ((part.codePointAt(from) ?? 0) > 0xffff ? 2 : 1));
    }
  };
};

/** Reads `{"String": ...}` or `{"Regex": ...}`. */
export function readPattern(fields: Fields, name: string): Matcher {
  const pattern = fields.object(name);
  if (pattern.has('String')) return literalMatcher(pattern.string('String'));
  if (pattern.has('Regex')) return regexMatcher(pattern.string('Regex'), pattern.path('Regex'));
  return failFile(`${fields.path(name)} must hold String or Regex`);
}

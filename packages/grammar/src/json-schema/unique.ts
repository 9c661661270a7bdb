import { allCodePoints, type CodePoints, complement } from '../dfa/code-points.js';
import { intersection } from '../dfa/combine.js';
import { type Dfa, isEmpty } from '../dfa/dfa.js';
import { listedStrings, noValues, type Strings, type Values } from './values.js';

/** Values with no value in common with those of another part: single ones, or those that begin with a character. */
export type Part =
  | { readonly kind: 'one'; readonly values: Values }
  | { readonly kind: 'numbers'; readonly numbers: Dfa }
  | { readonly kind: 'strings'; readonly strings: readonly Strings[]; readonly first: CodePoints };

/** The most values that are listed one by one. */
const maxListed = 200;

/**
 * Divides scalars into parts without common values: the values themselves if they are few, else by their first
 * character, in ascending order. Undefined for arrays and objects.
 */
export function partsOfScalars({ hasNull, booleans, numbers, strings, arrays, objects }: Values): Part[] | undefined {
  if (arrays.length + objects.length > 0) return undefined;
  const one = (values: Partial<Values>): Part => ({ kind: 'one', values: { ...noValues, ...values } });
  const parts: Part[] = [...(hasNull ? [one({ hasNull })] : []), ...booleans.map(each => one({ booleans: [each] }))];
  const [numberTexts, texts] = [textsOf(numbers), listed(strings)];
  if (numberTexts) parts.push(...numberTexts.map(text => one({ numbers: intersection(numbers, exactly(text)) })));
  else
    for (const first of '-0123456789') {
      const own = intersection(numbers, startingWith(single(first)));
      if (!isEmpty(own)) parts.push({ kind: 'numbers', numbers: own });
    }
  if (texts) parts.push(...texts.map(text => one({ strings: listedStrings([text]) })));
  else {
    if (strings.some(({ dfa, min }) => min === 0 && dfa.accepts[0])) parts.push(one({ strings: listedStrings(['']) }));
    for (const first of firsts()) parts.push({ kind: 'strings', strings, first });
  }
  return parts;
}

/** The texts that begin with a code point of a set. */
export const startingWith = (first: CodePoints): Dfa => ({
  accepts: [false, true],
  edges: [edgesTo(first, 1), edgesTo(allCodePoints, 1)],
});

const edgesTo = (set: CodePoints, state: number) => set.map(([from, to]) => ({ from, to, state }));
const single = (char: string): CodePoints => [[char.codePointAt(0)!, char.codePointAt(0)!]];
const exactly = (text: string): Dfa => ({
  accepts: [...Array.from(text, () => false), true],
  edges: [...Array.from(text, (char, i) => edgesTo(single(char), i + 1)), []],
});

/** The characters of ASCII from the space on, each by itself, then all others. */
function firsts(): CodePoints[] {
  const shown: CodePoints = [[0x20, 0x7e]];
  const each = Array.from({ length: 0x7f - 0x20 }, (_, i): CodePoints => [[0x20 + i, 0x20 + i]]);
  return [...each, complement(shown)];
}

/** The different texts of some strings, if all are listed and they are not too many. */
function listed(strings: readonly Strings[]): string[] | undefined {
  const texts = new Set<string>();
  for (const { texts: own } of strings) {
    if (!own) return undefined;
    for (const text of own) texts.add(text);
  }
  return texts.size <= maxListed ? [...texts] : undefined;
}

/** All texts of an automaton, if they are not too many. */
function textsOf({ accepts, edges }: Dfa): string[] | undefined {
  const texts: string[] = [];
  const open: [state: number, text: string][] = [[0, '']];
  for (let visited = 0; open.length > 0; visited++) {
    const [state, text] = open.pop()!;
    if (accepts[state]) texts.push(text);
    if (texts.length > maxListed || visited > 20 * maxListed) return undefined;
    for (const { from, to, state: next } of edges[state]!) {
      if (to - from > maxListed) return undefined;
      for (let code = from; code <= to; code++) open.push([next, text + String.fromCodePoint(code)]);
    }
  }
  return texts;
}

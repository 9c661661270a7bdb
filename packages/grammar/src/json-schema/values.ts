import { allCodePoints, anyOf, oneOf } from '../dfa/code-points.js';
import { difference, intersection, union, withLength } from '../dfa/combine.js';
import { acceptsSymbols, type Dfa, dfaOf, isEmpty } from '../dfa/dfa.js';
import { grammarError } from '../errors.js';
import type { Conjunction } from './located.js';
import { anyNumber } from './numbers.js';

/** The strings of an automaton over code points with `min` to `max` code points. */
export interface Strings {
  readonly dfa: Dfa;
  readonly min: number;
  readonly max: number;
  /** All of them, if a list of them is known. */
  readonly texts?: readonly string[] | undefined;
}

/** What one schema says of elements: the first ones one by one, then all others. */
export interface ArraySide {
  readonly prefix: readonly Conjunction[];
  readonly items: Conjunction;
}

/** The arrays that obey all sides and have `min` to `max` elements. */
export interface Arrays {
  readonly sides: readonly ArraySide[];
  readonly min: number;
  readonly max: number;
  /** How many elements obey a schema. */
  readonly contains: readonly { readonly schema: Conjunction; readonly min: number; readonly max: number }[];
  /** Where it is said that elements differ. */
  readonly unique?: string | undefined;
}

/** What one schema says of properties: by name, by pattern of the name, and of all others. */
export interface ObjectSide {
  readonly properties: ReadonlyMap<string, Conjunction>;
  readonly patterns: readonly { readonly dfa: Dfa; readonly schema: Conjunction }[];
  readonly additional: Conjunction;
}

/** The objects that obey all sides and have `min` to `max` properties. */
export interface Objects {
  readonly sides: readonly ObjectSide[];
  readonly required: readonly string[];
  /** What every name obeys. */
  readonly names: Conjunction;
  readonly min: number;
  readonly max: number;
}

/**
 * A set of JSON values, by type. Strings, arrays and objects are unions of the entries of their lists. Numbers are an
 * automaton over their text, in which each number has one text.
 */
export interface Values {
  readonly hasNull: boolean;
  readonly booleans: readonly boolean[];
  readonly numbers: Dfa;
  readonly strings: readonly Strings[];
  readonly arrays: readonly Arrays[];
  readonly objects: readonly Objects[];
}

/** All texts. */
export const anyText: Dfa = /*#__PURE__*/ anyOf(allCodePoints);
/** All texts of one code point. */
export const anyCharacter: Dfa = /*#__PURE__*/ oneOf(allCodePoints);
const nothing: Dfa = { accepts: [false], edges: [[]] };
/** All strings. */
export const anyStrings: Strings = { dfa: anyText, min: 0, max: Infinity };
/** All arrays. */
export const anyArrays: Arrays = { sides: [], min: 0, max: Infinity, contains: [] };
/** All objects. */
export const anyObjects: Objects = { sides: [], required: [], names: [], min: 0, max: Infinity };

/** No value. */
export const noValues: Values = {
  hasNull: false,
  booleans: [],
  numbers: nothing,
  strings: [],
  arrays: [],
  objects: [],
};

/** All values. */
export const allValues = (): Values => ({
  hasNull: true,
  booleans: [true, false],
  numbers: anyNumber(),
  strings: [anyStrings],
  arrays: [anyArrays],
  objects: [anyObjects],
});

/** Whether the set is known to be empty; one of arrays or objects that cannot be may still count as not empty. */
export const isNone = ({ hasNull, booleans, numbers, strings, arrays, objects }: Values): boolean =>
  !hasNull && booleans.length + strings.length + arrays.length + objects.length === 0 && isEmpty(numbers);

/** The values of both sets. */
export const intersect = (a: Values, b: Values): Values => ({
  hasNull: a.hasNull && b.hasNull,
  booleans: a.booleans.filter(value => b.booleans.includes(value)),
  numbers: commonNumbers(a.numbers, b.numbers),
  strings: commonStrings(a.strings, b.strings),
  arrays: pairs(a.arrays, b.arrays, commonArrays),
  objects: pairs(a.objects, b.objects, commonObjects),
});

/** The most alternatives of arrays or of objects in one set. */
export const maxAlternatives = 2000;

/** What each of some alternatives has in common with each of others. */
function pairs<T>(a: readonly T[], b: readonly T[], common: (x: T, y: T) => readonly T[]): T[] {
  if (a.length * b.length > maxAlternatives)
    throw grammarError('option', `${a.length * b.length} alternatives are too many; ${maxAlternatives} would fit`);
  return a.flatMap(x => b.flatMap(y => common(x, y)));
}

/** The values of either set. */
export const unite = (a: Values, b: Values): Values => ({
  hasNull: a.hasNull || b.hasNull,
  booleans: [...new Set([...a.booleans, ...b.booleans])],
  numbers:
    isEmpty(a.numbers) || a.numbers === b.numbers
      ? b.numbers
      : isEmpty(b.numbers)
        ? a.numbers
        : union(a.numbers, b.numbers),
  strings: [...a.strings, ...b.strings.filter(each => !a.strings.includes(each))],
  arrays: [...a.arrays, ...b.arrays.filter(each => !a.arrays.includes(each))],
  objects: [...a.objects, ...b.objects.filter(each => !a.objects.includes(each))],
});

function commonNumbers(a: Dfa, b: Dfa): Dfa {
  if (a === b || isEmpty(a)) return a;
  if (isEmpty(b)) return b;
  return intersection(a, b);
}

/** The strings of both lists. */
export const commonStrings = (a: readonly Strings[], b: readonly Strings[]): Strings[] =>
  a.flatMap(x => b.flatMap(y => commonTexts(x, y)));

function commonTexts(x: Strings, y: Strings): Strings[] {
  if (x.texts) return listedStrings(x.texts.filter(text => holds(y, text)));
  if (y.texts) return commonTexts(y, x);
  const [min, max] = [Math.max(x.min, y.min), Math.min(x.max, y.max)];
  const dfa = x.dfa === y.dfa || y.dfa === anyText ? x.dfa : x.dfa === anyText ? y.dfa : intersection(x.dfa, y.dfa);
  return min > max || isEmpty(dfa) ? [] : [{ dfa, min, max }];
}

/** The strings of a list; those with surrogates that are no pair are no texts. */
export function listedStrings(list: readonly string[]): Strings[] {
  const texts = list.filter(text => !/\p{Surrogate}/u.test(text));
  if (texts.length === 0) return [];
  return [{ dfa: dfaOf(texts.map(symbolsOf)), min: 0, max: Infinity, texts }];
}

const symbolsOf = (text: string): number[] => Array.from(text, char => char.codePointAt(0)!);

/** Whether a text is one of some strings. */
export function holds({ dfa, min, max }: Strings, text: string): boolean {
  const symbols = symbolsOf(text);
  return symbols.length >= min && symbols.length <= max && acceptsSymbols(dfa, symbols);
}

function commonArrays(a: Arrays, b: Arrays): Arrays[] {
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  const contains = [...a.contains, ...b.contains];
  const unique = a.unique ?? b.unique;
  return min > max ? [] : [{ sides: [...a.sides, ...b.sides], min, max, contains, unique }];
}

function commonObjects(a: Objects, b: Objects): Objects[] {
  const [min, max] = [Math.max(a.min, b.min), Math.min(a.max, b.max)];
  const required = [...new Set([...a.required, ...b.required])];
  if (min > max) return [];
  return [{ sides: [...a.sides, ...b.sides], required, names: [...a.names, ...b.names], min, max }];
}

/** The automaton of a union of strings. */
export const stringsDfa = (strings: readonly Strings[]): Dfa =>
  strings
    .map(({ dfa, min, max }) => (min === 0 && max === Infinity ? dfa : withLength(dfa, min, max)))
    .reduce((a, b) => union(a, b), nothing);

/** The scalar values that are not in the set: without arrays and objects. */
export function scalarsWithout({ hasNull, booleans, numbers, strings }: Values): Values {
  const rest = strings.includes(anyStrings) ? nothing : difference(anyText, stringsDfa(strings));
  const isWhole = numbers === anyNumber();
  return {
    hasNull: !hasNull,
    booleans: [true, false].filter(value => !booleans.includes(value)),
    numbers: isWhole ? nothing : isEmpty(numbers) ? anyNumber() : difference(anyNumber(), numbers),
    strings: isEmpty(rest) ? [] : strings.length === 0 ? [anyStrings] : [{ dfa: rest, min: 0, max: Infinity }],
    arrays: [],
    objects: [],
  };
}

import { acceptsSymbols } from '../dfa/dfa.js';
import { type Conjunction, derived, type Located, schemaError } from './located.js';
import {
  type ArraySide,
  type Arrays,
  anyArrays,
  anyObjects,
  intersect,
  isNone,
  noValues,
  type ObjectSide,
  type Objects,
  scalarsWithout,
  type Values,
} from './values.js';

/** Whether a conjunction is known to allow nothing. */
type IsNothing = (schemas: Conjunction) => boolean;

/**
 * The values that are not in `values`, which `located` allows; with `within`, only those that matter there are right.
 * Throws if that is no union of what schemas can say.
 */
export function withoutValues(values: Values, located: Located, within?: Values): Values {
  const refuse = (what: string) =>
    schemaError(located.path, `cannot be excluded exactly: ${what}; parts that no value has in common would fit`);
  const arrays = within?.arrays.length === 0 ? [] : values.arrays.map(each => arraysWithout(each, located, refuse));
  const objects = within?.objects.length === 0 ? [] : values.objects.map(each => objectsWithout(each, located, refuse));
  const scalars = scalarsWithout(values);
  const commonArrays = arrays.reduce<readonly Arrays[]>(
    (all, each) => intersect({ ...noValues, arrays: all }, { ...noValues, arrays: each }).arrays,
    [anyArrays],
  );
  const commonObjects = objects.reduce<readonly Objects[]>(
    (all, each) => intersect({ ...noValues, objects: all }, { ...noValues, objects: each }).objects,
    [anyObjects],
  );
  return { ...scalars, arrays: commonArrays, objects: commonObjects };
}

/** A schema of the values that do not obey all of some schemas. */
const negation = (schemas: Conjunction, located: Located): Conjunction => {
  if (schemas.length === 0) return [derived(false, located, 'false')];
  const [only] = schemas;
  // Each part is derived from one schema, whose references are relative to it.
  return [{ ...only!, schema: { not: only!.schema }, key: `not ${only!.key}`, path: only!.path }];
};

function arraysWithout({ sides, min, max, contains, unique }: Arrays, located: Located, refuse: Refuse): Arrays[] {
  if (contains.length > 0) throw refuse('it says what arrays contain');
  if (unique) throw refuse('it says that elements differ');
  const others: Arrays[] = [];
  if (min > 0) others.push({ ...anyArrays, max: min - 1 });
  if (max < Infinity) others.push({ ...anyArrays, min: max + 1 });
  for (const { prefix, items } of sides) {
    for (const [i, schema] of prefix.entries()) {
      const side: ArraySide = { prefix: [...Array<Conjunction>(i).fill([]), negation(schema, located)], items: [] };
      others.push({ ...anyArrays, sides: [side], min: i + 1 });
    }
    if (items.some(({ schema }) => schema === false)) others.push({ ...anyArrays, min: prefix.length + 1 });
    else if (items.length > 0 && prefix.length > 0) throw refuse('it says what elements after the first ones are');
    else if (items.length > 0)
      others.push({ ...anyArrays, contains: [{ schema: negation(items, located), min: 1, max: Infinity }] });
  }
  return others;
}

function objectsWithout({ sides, required, names, min, max }: Objects, located: Located, refuse: Refuse): Objects[] {
  if (names.length > 0) throw refuse('it says what names of properties are');
  const others: Objects[] = [];
  const side = (name: string, schema: Conjunction): ObjectSide => ({
    properties: new Map([[name, schema]]),
    patterns: [],
    additional: [],
  });
  if (min > 0) others.push({ ...anyObjects, max: min - 1 });
  if (max < Infinity) others.push({ ...anyObjects, min: max + 1 });
  for (const name of required) others.push({ ...anyObjects, sides: [side(name, [derived(false, located, 'false')])] });
  for (const { properties, patterns, additional } of sides) {
    if (patterns.length > 0) throw refuse('it has patternProperties');
    if (additional.some(({ schema }) => schema !== true)) throw refuse('it has additionalProperties');
    for (const [name, schema] of properties)
      others.push({ ...anyObjects, sides: [side(name, negation(schema, located))], required: [name] });
  }
  return others;
}

type Refuse = (what: string) => Error;

/**
 * What leaves of either set the kinds of values, arrays and objects, of which both may have some in common; undefined
 * if they have no value in common.
 */
export function overlap(a: Values, b: Values, isNothing: IsNothing): ((set: Values) => Values) | undefined {
  const scalars = { arrays: [], objects: [] };
  const common = intersect(a, b);
  const hasArrays = common.arrays.some(each => !isNoArray(each, isNothing));
  const hasObjects = common.objects.some(each => !isNoObject(each, isNothing));
  if (!hasArrays && !hasObjects && isNone({ ...common, ...scalars })) return undefined;
  return set => ({ ...set, arrays: hasArrays ? set.arrays : [], objects: hasObjects ? set.objects : [] });
}

/** What all sides say of an element. */
export const elementSchema = (sides: readonly ArraySide[], index: number): Conjunction =>
  sides.flatMap(({ prefix, items }) => prefix[index] ?? items);

/** What all sides say of a property. */
export const propertySchema = (sides: readonly ObjectSide[], name: string): Conjunction =>
  sides.flatMap(({ properties, patterns, additional }) => {
    const own = properties.get(name);
    const symbols = Array.from(name, char => char.codePointAt(0)!);
    const matching = patterns.filter(({ dfa }) => acceptsSymbols(dfa, symbols));
    return own || matching.length > 0 ? [...(own ?? []), ...matching.flatMap(({ schema }) => schema)] : additional;
  });

const isNoArray = ({ sides, min }: Arrays, isNothing: IsNothing): boolean =>
  Array.from({ length: Math.min(min, 100) }, (_, index) => elementSchema(sides, index)).some(isNothing);

const isNoObject = ({ sides, required }: Objects, isNothing: IsNothing): boolean =>
  required.some(name => isNothing(propertySchema(sides, name)));

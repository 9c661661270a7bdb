import type { Dfa } from '../dfa/dfa.js';
import { parsePattern } from '../regex/parse.js';
import { patternToDfa } from '../regex/pattern.js';
import { formatDfa } from './formats.js';
import { isKeyword } from './keywords.js';
import {
  atPath,
  type Conjunction,
  child,
  derived,
  isRecord,
  type Located,
  References,
  schemaError,
} from './located.js';
import { overlap, withoutValues } from './negate.js';
import { type Bound, isReadableMultiple, maxMultiple, numberDfa, numbersDfa, obeying } from './numbers.js';
import {
  type Arrays,
  allValues,
  anyArrays,
  anyObjects,
  anyStrings,
  anyText,
  commonStrings,
  intersect,
  isNone,
  listedStrings,
  maxAlternatives,
  noValues,
  type ObjectSide,
  type Objects,
  type Strings,
  unite,
  type Values,
} from './values.js';

const types = ['null', 'boolean', 'integer', 'number', 'string', 'array', 'object'];
/** The most schemas, each a part of the one before, that speak of one value. */
const maxOpen = 400;

/** Finds the values that schemas allow. */
export class Evaluator {
  readonly root: Located;
  /** Where no value is allowed, for error messages. */
  readonly emptyPaths: string[] = [];
  private readonly references: References;
  private readonly known = new Map<string, Values>();
  /** The schemas that are being evaluated. */
  private readonly open = new Set<string>();

  constructor(schema: unknown) {
    this.references = new References(schema);
    this.root = this.references.root;
  }

  /** The values that all of some schemas allow. */
  all(schemas: Conjunction): Values {
    let values: Values | undefined;
    for (const each of schemas) values = values ? intersect(values, this.values(each)) : this.values(each);
    return values ?? allValues();
  }

  /** The values that a schema allows. */
  values(located: Located): Values {
    const { schema, path, key } = located;
    const known = this.known.get(key);
    if (known) return known;
    if (this.open.has(key)) throw schemaError(path, 'refers to itself without end');
    if (this.open.size > maxOpen) throw schemaError(path, `is reached through more than ${maxOpen} others`);
    this.open.add(key);
    const values = atPath(path, () => this.evaluate(located));
    this.open.delete(key);
    const alternatives = Math.max(values.arrays.length, values.objects.length);
    if (alternatives > maxAlternatives)
      throw schemaError(path, `has ${alternatives} alternatives; ${maxAlternatives} would fit`);
    if (schema !== false && isNone(values)) this.emptyPaths.push(path);
    this.known.set(key, values);
    return values;
  }

  private evaluate(located: Located): Values {
    const { schema, path } = located;
    if (schema === true) return allValues();
    if (schema === false) return noValues;
    if (!isRecord(schema))
      throw schemaError(path, `is ${JSON.stringify(schema)}; a schema is an object, true or false`);
    for (const name of Object.keys(schema)) {
      if (!isKeyword(name)) throw schemaError(`${path}/${name}`, 'is a keyword that is not understood');
    }
    let values = this.typed(located, schema);
    const narrow = (other: Values) => {
      values = intersect(values, other);
    };
    if (schema.const !== undefined) narrow(this.instances([schema.const], located, 'const'));
    if (schema.enum !== undefined) narrow(this.instances(listAt(located, 'enum'), located, 'enum'));
    if (schema.$ref !== undefined) narrow(this.values(this.references.resolve(located, schema.$ref)));
    if (schema.allOf !== undefined) for (const part of partsOf(located, 'allOf')) narrow(this.values(part));
    if (schema.anyOf !== undefined)
      narrow(
        partsOf(located, 'anyOf')
          .map(part => this.values(part))
          .reduce(unite, noValues),
      );
    if (schema.oneOf !== undefined) narrow(this.exactlyOne(located));
    if (schema.not !== undefined) narrow(this.without(child(located, 'not')));
    if (schema.if !== undefined) {
      const condition = child(located, 'if');
      const branch = (name: 'then' | 'else') =>
        schema[name] === undefined ? allValues() : this.values(child(located, name));
      const whenTrue = intersect(this.values(condition), branch('then'));
      if (schema.then !== undefined || schema.else !== undefined)
        narrow(unite(whenTrue, intersect(this.without(condition), branch('else'))));
    }
    for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'] as const) {
      for (const name of namesAt(located, keyword)) {
        const own = child(located, keyword, name);
        const isList = keyword === 'dependentRequired' || (keyword === 'dependencies' && Array.isArray(own.schema));
        const consequence = isList
          ? derived({ required: textsAt(child(located, keyword), name) }, located, `${keyword} ${name}`)
          : own;
        const condition = derived({ type: 'object', required: [name] }, located, `${keyword} of ${name}`);
        narrow(unite(this.without(condition), this.values(consequence)));
      }
    }
    if (schema.unevaluatedProperties !== undefined) {
      const { names, patterns } = this.evaluated(located);
      const side: ObjectSide = {
        properties: new Map([...names].map(name => [name, []] as const)),
        patterns: patterns.map(dfa => ({ dfa, schema: [] })),
        additional: [child(located, 'unevaluatedProperties')],
      };
      narrow({ ...allValues(), objects: [{ ...anyObjects, sides: [side] }] });
    }
    return values;
  }

  /** The values that obey the keywords which speak of one type each. */
  private typed(located: Located, schema: Readonly<Record<string, unknown>>): Values {
    const given = schema.type === undefined ? types : [schema.type].flat();
    for (const type of given) {
      if (!types.includes(type as string))
        throw schemaError(`${located.path}/type`, `is ${JSON.stringify(schema.type)}; types are ${types.join(', ')}`);
    }
    const isNullable = schema.nullable === true && schema.type !== undefined; // of OpenAPI 3.0
    const has = (type: string) => given.includes(type) || (isNullable && type === 'null');
    const strings = stringsOf(located);
    const isIntegral = !has('number') || schema.format === 'int32' || schema.format === 'int64';
    const numbers = numbersOf(located, schema, isIntegral);
    const [arrays, objects] = [arraysOf(located, schema), objectsOf(located, schema)];
    return {
      hasNull: has('null'),
      booleans: has('boolean') ? [true, false] : [],
      numbers: has('number') || has('integer') ? numbers : noValues.numbers,
      strings: has('string') ? strings : [],
      arrays: has('array') ? arrays : [],
      objects: has('object') ? objects : [],
    };
  }

  /**
   * The properties that a schema speaks of, by name and by pattern, with all schemas that hold where it does. Throws if
   * that depends on the value.
   */
  private evaluated(located: Located, seen = new Set<string>()): { names: Set<string>; patterns: Dfa[] } {
    const names = new Set(namesAt(located, 'properties'));
    const { schema, path } = located;
    if (!isRecord(schema) || seen.has(located.key)) return { names, patterns: [] };
    seen.add(located.key);
    for (const name of ['anyOf', 'oneOf', 'if', 'dependentSchemas', 'dependencies'])
      if (schema[name] !== undefined)
        throw schemaError(`${path}/${name}`, 'decides what unevaluatedProperties means, which is not supported');
    const isClosed = seen.size > 1 && schema.unevaluatedProperties !== undefined;
    const patterns = patternsOf(located).map(({ dfa }) => dfa);
    if (schema.additionalProperties !== undefined || isClosed) patterns.push(anyText);
    const parts = schema.allOf === undefined ? [] : partsOf(located, 'allOf');
    if (schema.$ref !== undefined) parts.push(this.references.resolve(located, schema.$ref));
    for (const part of parts) {
      const inner = this.evaluated(part, seen);
      for (const name of inner.names) names.add(name);
      patterns.push(...inner.patterns);
    }
    return { names, patterns };
  }

  private without(located: Located): Values {
    return withoutValues(this.values(located), located);
  }

  /** The values that exactly one of the parts allows. */
  private exactlyOne(located: Located): Values {
    const parts = partsOf(located, 'oneOf');
    const values = parts.map(part => this.values(part));
    const isNothing = (schemas: Conjunction) => isNone(this.all(schemas));
    /** By part: the others with which it may have values in common, and of its own values those of such a kind. */
    const overlapping = values.map(() => new Map<number, Values>());
    for (const [i, own] of values.entries()) {
      for (let j = 0; j < i; j++) {
        const other = values[j]!;
        const common = overlap(own, other, isNothing);
        if (!common) continue;
        overlapping[i]!.set(j, common(own));
        overlapping[j]!.set(i, common(other));
      }
    }
    return values
      .map((own, i) =>
        [...overlapping[i]!].reduce(
          (rest, [j, within]) => intersect(rest, withoutValues(values[j]!, parts[j]!, within)),
          own,
        ),
      )
      .reduce(unite, noValues);
  }

  /** The values of a list. */
  private instances(list: readonly unknown[], located: Located, keyword: string): Values {
    const numbers = list.filter(value => typeof value === 'number');
    const texts = list.filter(value => typeof value === 'string');
    const constant = (value: unknown, key: string | number): Conjunction => [
      derived({ const: value }, located, `${keyword} ${index} ${key}`),
    ];
    const never = [derived(false, located, 'false')];
    let index = 0;
    const values: Values = {
      hasNull: list.includes(null),
      booleans: [true, false].filter(value => list.includes(value)),
      numbers: numbersDfa(numbers),
      strings: listedStrings(texts),
      arrays: [],
      objects: [],
    };
    const arrays: Arrays[] = [];
    const objects: Objects[] = [];
    for (const [at, value] of list.entries()) {
      index = at;
      if (Array.isArray(value)) {
        const prefix = value.map((element, i) => constant(element, i));
        arrays.push({ ...anyArrays, sides: [{ prefix, items: never }], min: value.length, max: value.length });
      } else if (isRecord(value)) {
        const entries = Object.entries(value).map(
          ([name, each]) => [name, constant(each, JSON.stringify(name))] as const,
        );
        const sides = [{ properties: new Map(entries), patterns: [], additional: never }];
        objects.push({ ...anyObjects, sides, required: Object.keys(value) });
      }
    }
    return { ...values, arrays, objects };
  }
}

const exclusiveNames = { min: 'exclusiveMinimum', max: 'exclusiveMaximum' } as const;

function numbersOf(located: Located, schema: Readonly<Record<string, unknown>>, isInteger: boolean): Dfa {
  const bounds: Bound[] = [];
  const limits = [
    ['minimum', 'min', false],
    ['exclusiveMinimum', 'min', true],
    ['maximum', 'max', false],
    ['exclusiveMaximum', 'max', true],
  ] as const;
  for (const [name, side, isExclusive] of limits) {
    const value = schema[name];
    // In draft 4, exclusiveMinimum says whether minimum is exclusive.
    if (value === undefined || (isExclusive && typeof value === 'boolean')) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(located, name, 'a number');
    bounds.push({ value, side, isExclusive: isExclusive || schema[exclusiveNames[side]] === true });
  }
  if (schema.format === 'int32')
    bounds.push(
      { value: -(2 ** 31), side: 'min', isExclusive: false },
      { value: 2 ** 31 - 1, side: 'max', isExclusive: false },
    );
  const multiple = schema.multipleOf;
  const rules = (multiples: readonly number[]) => {
    // Listed numbers may have more digits than others.
    const listed = schema.const === undefined ? schema.enum : [schema.const];
    if (!Array.isArray(listed)) return numberDfa({ isInteger, bounds, multiples });
    const numbers = listed.filter(value => typeof value === 'number');
    return numbersDfa(obeying(numbers, { isInteger, bounds, multiples }));
  };
  if (multiple === undefined) return rules([]);
  if (typeof multiple !== 'number' || !(multiple > 0) || multiple === Infinity)
    throw wrong(located, 'multipleOf', 'a number above 0');
  if (!isReadableMultiple(multiple))
    throw wrong(located, 'multipleOf', `at most ${maxMultiple} without its decimal point`);
  return rules([multiple]);
}

function stringsOf(located: Located): Strings[] {
  const { schema, path } = located;
  const { pattern, format } = schema as Readonly<Record<string, unknown>>;
  const [min, max] = countsOf(located, 'minLength', 'maxLength');
  const isAny = min === 0 && max === Infinity;
  let strings: readonly Strings[] = min > max ? [] : [isAny ? anyStrings : { dfa: anyText, min, max }];
  if (pattern !== undefined) {
    if (typeof pattern !== 'string') throw wrong(located, 'pattern', 'a text');
    strings = commonStrings(strings, [{ dfa: patternDfa(pattern, `${path}/pattern`), min: 0, max: Infinity }]);
  }
  if (format !== undefined) {
    if (typeof format !== 'string') throw wrong(located, 'format', 'a text');
    const dfa = formatDfa(format);
    if (dfa) strings = commonStrings(strings, [{ dfa, min: 0, max: Infinity }]);
  }
  return [...strings];
}

/** The texts that contain a match of a pattern. */
const patternDfa = (pattern: string, path: string): Dfa => {
  const where = `schema: ${path}`;
  return atPath(path, () => patternToDfa(parsePattern(pattern, where), where, { anywhere: true }));
};

function arraysOf(located: Located, schema: Readonly<Record<string, unknown>>): Values['arrays'] {
  const [min, max] = countsOf(located, 'minItems', 'maxItems');
  if (min > max) return [];
  // Up to draft 2019-09, `items` may be the list of the first ones, and `additionalItems` speaks of the others.
  const isList = Array.isArray(schema.items);
  const [firstName, restName] = isList ? ['items', 'additionalItems'] : ['prefixItems', 'items'];
  const prefix = schema[firstName] === undefined ? [] : partsOf(located, firstName).map(part => [part]);
  const items = schema[restName] === undefined ? [] : [child(located, restName)];
  const sides = prefix.length + items.length > 0 ? [{ prefix, items }] : [];
  const [minContains, maxContains] = countsOf(located, 'minContains', 'maxContains', 1);
  const isContaining = schema.contains !== undefined && (minContains > 0 || maxContains < Infinity);
  const contains = isContaining ? [{ schema: [child(located, 'contains')], min: minContains, max: maxContains }] : [];
  if (schema.uniqueItems !== undefined && typeof schema.uniqueItems !== 'boolean')
    throw wrong(located, 'uniqueItems', 'true or false');
  const unique = schema.uniqueItems ? `${located.path}/uniqueItems` : undefined;
  return [{ sides, min, max, contains, unique }];
}

const patternsOf = (located: Located): ObjectSide['patterns'] =>
  namesAt(located, 'patternProperties').map(pattern => ({
    dfa: patternDfa(pattern, `${located.path}/patternProperties/${pattern}`),
    schema: [child(located, 'patternProperties', pattern)],
  }));

function objectsOf(located: Located, schema: Readonly<Record<string, unknown>>): Values['objects'] {
  const [min, max] = countsOf(located, 'minProperties', 'maxProperties');
  if (min > max) return [];
  const properties = new Map(
    namesAt(located, 'properties').map(name => [name, [child(located, 'properties', name)]] as const),
  );
  const patterns = patternsOf(located);
  const additional = schema.additionalProperties === undefined ? [] : [child(located, 'additionalProperties')];
  const required = schema.required === undefined ? [] : textsAt(located, 'required');
  const sides = properties.size + patterns.length + additional.length > 0 ? [{ properties, patterns, additional }] : [];
  const nameRules = schema.propertyNames === undefined ? [] : [child(located, 'propertyNames')];
  return [{ sides, required: [...new Set(required)], names: nameRules, min, max }];
}

const wrong = ({ schema, path }: Located, name: string, need: string) =>
  schemaError(`${path}/${name}`, `is ${JSON.stringify((schema as Record<string, unknown>)[name])}; it must be ${need}`);

/** The bounds of a count. */
function countsOf(located: Located, minName: string, maxName: string, least = 0): readonly [min: number, max: number] {
  const schema = located.schema as Readonly<Record<string, unknown>>;
  const read = (name: string, absent: number) => {
    const value = schema[name];
    if (value === undefined) return absent;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw wrong(located, name, 'a whole number from 0');
    return value;
  };
  return [read(minName, least), read(maxName, Infinity)];
}

function listAt(located: Located, name: string): readonly unknown[] {
  const list = (located.schema as Readonly<Record<string, unknown>>)[name];
  if (!Array.isArray(list)) throw wrong(located, name, 'a list');
  return list;
}

function textsAt(located: Located, name: string): readonly string[] {
  const list = listAt(located, name);
  if (!list.every(each => typeof each === 'string')) throw wrong(located, name, 'a list of texts');
  return list as readonly string[];
}

/** The schemas of a list. */
function partsOf(located: Located, name: string): Located[] {
  const list = listAt(located, name);
  if (list.length === 0) throw wrong(located, name, 'a list of at least one schema');
  return list.map((_, index) => child(located, name, index));
}

/** The names of an object; none if it is absent. */
function namesAt(located: Located, name: string): readonly string[] {
  const value = (located.schema as Readonly<Record<string, unknown>>)[name];
  if (value === undefined) return [];
  if (!isRecord(value)) throw wrong(located, name, 'an object');
  return Object.keys(value);
}

import { isRecord } from './answer-part.js';

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** References to definitions that a check follows at most. */
const maxDepth = 64;

/**
 * What does not fit a JSON schema (draft 2020-12), with its path; undefined if all does. It knows `type`, `enum`,
 * `const`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, limits of numbers, lengths and
 * counts, `anyOf`, `oneOf`, `allOf`, `not`, and references within the schema. Formats and patterns are not compared.
 */
export function misfit(schema: Schema, value: unknown, path: string): string | undefined {
  return misfitWithin(schema, value, { path, root: schema, depth: 0 });
}

interface Place {
  readonly path: string;
  /** The schema in which references are looked up. */
  readonly root: Schema;
  readonly depth: number;
}

function misfitWithin(schema: unknown, value: unknown, at: Place): string | undefined {
  const { path, root, depth } = at;
  if (schema === false) return `${path} is not allowed`;
  if (!isRecord(schema)) return undefined;
  if (depth > maxDepth) return `${path} is nested deeper than ${maxDepth} schemas`;
  const inner = { ...at, depth: depth + 1 };
  const shown = () => `${path} is ${abbreviated(value)}`;
  if (typeof schema.$ref === 'string') {
    const problem = misfitWithin(referenced(root, schema.$ref), value, inner);
    if (problem !== undefined) return problem;
  }
  if (schema.type !== undefined) {
    const types = [schema.type].flat().map(String);
    if (!types.some(type => hasType(value, type))) return `${shown()}; it must be of type ${types.join(' or ')}`;
  }
  if (Array.isArray(schema.enum) && !schema.enum.some(each => isEqual(each, value)))
    return `${shown()}; it must be one of ${schema.enum.map(each => JSON.stringify(each)).join(', ')}`;
  if ('const' in schema && !isEqual(schema.const, value))
    return `${shown()}; it must be ${JSON.stringify(schema.const)}`;
  return (
    misfitOfLimits(schema, value, shown) ??
    misfitOfCombinations(schema, value, inner, shown) ??
    (isRecord(value) ? misfitOfProperties(schema, value, inner) : undefined) ??
    (Array.isArray(value) ? misfitOfItems(schema, value, inner) : undefined)
  );
}

const limits: readonly (readonly [keyword: string, fits: (size: number, limit: number) => boolean, words: string])[] = [
  ['minimum', (size, limit) => size >= limit, 'at least'],
  ['maximum', (size, limit) => size <= limit, 'at most'],
  ['exclusiveMinimum', (size, limit) => size > limit, 'above'],
  ['exclusiveMaximum', (size, limit) => size < limit, 'below'],
];

function misfitOfLimits(schema: Schema, value: unknown, shown: () => string): string | undefined {
  if (typeof value === 'number') {
    for (const [keyword, fits, words] of limits) {
      const limit = schema[keyword];
      if (typeof limit === 'number' && !fits(value, limit)) return `${shown()}; it must be ${words} ${limit}`;
    }
    return undefined;
  }
  const sizes =
    typeof value === 'string'
      ? (['characters', Array.from(value).length, schema.minLength, schema.maxLength] as const)
      : Array.isArray(value)
        ? (['items', value.length, schema.minItems, schema.maxItems] as const)
        : undefined;
  if (!sizes) return undefined;
  const [unit, size, least, most] = sizes;
  if (typeof least === 'number' && size < least) return `${shown()}; it must have at least ${least} ${unit}`;
  if (typeof most === 'number' && size > most) return `${shown()}; it must have at most ${most} ${unit}`;
  return undefined;
}

function misfitOfCombinations(schema: Schema, value: unknown, at: Place, shown: () => string): string | undefined {
  const problemsOf = (keyword: string) =>
    Array.isArray(schema[keyword]) ? schema[keyword].map(each => misfitWithin(each, value, at)) : undefined;
  const all = problemsOf('allOf')?.find(problem => problem !== undefined);
  if (all !== undefined) return all;
  const any = problemsOf('anyOf');
  if (any && !any.includes(undefined)) return `${shown()}; it fits none of its forms: ${any.join('; ')}`;
  const one = problemsOf('oneOf');
  const fitting = one?.filter(problem => problem === undefined).length;
  if (one && fitting === 0) return `${shown()}; it fits none of its forms: ${one.join('; ')}`;
  if (fitting !== undefined && fitting > 1) return `${shown()}; it fits ${fitting} of its forms, it must fit one`;
  if (isRecord(schema.not) && misfitWithin(schema.not, value, at) === undefined)
    return `${shown()}; it has a form that is not allowed`;
  return undefined;
}

function misfitOfProperties(schema: Schema, value: Schema, at: Place): string | undefined {
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.find(name => !Object.hasOwn(value, String(name)));
  if (missing !== undefined) return `${at.path}.${missing} is missing`;
  for (const [name, member] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name);
    if (!own && schema.additionalProperties === false) {
      const known = Object.keys(properties).join(', ') || 'none';
      return `${at.path}.${name} is unknown; known are ${known}`;
    }
    const problem = misfitWithin(own ? properties[name] : schema.additionalProperties, member, {
      ...at,
      path: `${at.path}.${name}`,
    });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function misfitOfItems(schema: Schema, value: readonly unknown[], at: Place): string | undefined {
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  for (const [i, member] of value.entries()) {
    const problem = misfitWithin(i < first.length ? first[i] : schema.items, member, {
      ...at,
      path: `${at.path}[${i}]`,
    });
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isRecord(value);
    case 'integer':
      return Number.isInteger(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
    default:
      return true; // other words of descriptions, such as float, say nothing that could be compared
  }
}

/** The part of a schema that a reference such as `#/$defs/city` names; undefined if it names none. */
function referenced(root: Schema, reference: string): unknown {
  if (!reference.startsWith('#')) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(1).split('/').slice(1)) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function isEqual(left: unknown, right: unknown): boolean {
  if (Array.isArray(left) && Array.isArray(right))
    return left.length === right.length && left.every((each, i) => isEqual(each, right[i]));
  if (isRecord(left) && isRecord(right)) {
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every(name => Object.hasOwn(right, name) && isEqual(left[name], right[name]))
    );
  }
  return left === right;
}

function abbreviated(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

import { ResidualError } from '@residual/base';
import { grammarError } from '../errors.js';

/** A schema and where it stands. Equal keys mean equal schemas. */
export interface Located {
  readonly schema: unknown;
  /** From the root, as a JSON pointer in a fragment: `#/properties/age`. */
  readonly path: string;
  readonly key: string;
  /** The address that references are relative to. */
  readonly base: string;
}

/** Schemas that all hold; none: anything. */
export type Conjunction = readonly Located[];

/** An error about what stands at a path of a schema. */
export const schemaError = (path: string, message: string, code: 'option' | 'grammar' = 'option') =>
  grammarError(code, `schema: ${path} ${message}`);

/** Runs what may need too large an automaton, and says at which path it does. */
export function atPath<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    const [, message] = /^grammar: (?!schema: )(.*)$/s.exec(ResidualError.is(error) ? error.message : '') ?? [];
    throw message === undefined ? error : grammarError('option', `schema: ${path}: ${message}`);
  }
}

/** A schema of ours that stands for a part of the schema at `path`. `key` tells it from others there. */
export const derived = (schema: unknown, { path, key: own, base }: Located, key: string): Located => ({
  schema,
  path,
  key: `${own} ${key}`,
  base,
});

/** The part of a schema below some names. */
export function child(located: Located, ...names: readonly (string | number)[]): Located {
  let { schema, path, key, base } = located;
  for (const name of names) {
    schema = (schema as Readonly<Record<string, unknown>> | undefined)?.[name];
    const step = `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    path += step;
    key += step;
    base = baseOf(schema, base);
  }
  return { schema, path, key, base };
}

/** The address of a schema of its own, else that of the one around it. */
function baseOf(schema: unknown, base: string): string {
  const id = isRecord(schema) ? schema.$id : undefined;
  return typeof id === 'string' && URL.canParse(id, base) ? new URL(id, base).href.replace(/#$/, '') : base;
}

/** Whether a value is an object and no list. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The most levels of objects and lists in a schema. */
const maxNesting = 1000;
/** Parts that hold values, in which no schema is looked for. */
const valueNames = ['const', 'enum', 'default', 'examples'];

/** Finds what the references of a schema refer to: parts of the schema itself. */
export class References {
  readonly root: Located;
  private readonly resources = new Map<string, Located>();
  private readonly anchors = new Map<string, Located>();

  constructor(schema: unknown) {
    const base = 'json-schema:///';
    this.root = { schema, path: '#', key: '#', base: baseOf(schema, base) };
    this.resources.set(this.root.base, this.root);
    this.collect(this.root, this.root.base, 0);
  }

  /** The schema that `$ref` of a schema names. */
  resolve(from: Located, reference: unknown): Located {
    const path = `${from.path}/$ref`;
    if (typeof reference !== 'string') throw schemaError(path, `is ${JSON.stringify(reference)}; it must be a text`);
    if (!URL.canParse(reference, from.base))
      throw schemaError(path, `is ${JSON.stringify(reference)}, which is no address`);
    const [address, fragment = ''] = new URL(reference, from.base).href.split('#') as [string, string?];
    const resource = this.resources.get(address);
    const pointer = safeDecode(fragment);
    const found =
      pointer === '' || pointer.startsWith('/')
        ? resource && pointed(resource, pointer)
        : this.anchors.get(`${address}#${pointer}`);
    if (!found || found.schema === undefined)
      throw schemaError(path, `refers to ${JSON.stringify(reference)}, which this schema does not hold`);
    return found;
  }

  private collect(located: Located, parentBase: string, depth: number): void {
    const { schema, base } = located;
    if (depth > maxNesting) throw schemaError('#', `is nested in more than ${maxNesting} levels`);
    if (Array.isArray(schema)) {
      for (const index of schema.keys()) this.collect(child(located, index), base, depth + 1);
      return;
    }
    if (!isRecord(schema)) return;
    if (base !== parentBase) this.resources.set(base, located);
    for (const name of ['$anchor', '$dynamicAnchor'])
      if (typeof schema[name] === 'string') this.anchors.set(`${base}#${schema[name]}`, located);
    for (const name of Object.keys(schema))
      if (!valueNames.includes(name)) this.collect(child(located, name), base, depth + 1);
  }
}

/** The part of a resource that a JSON pointer names. */
function pointed(resource: Located, pointer: string): Located {
  const names = pointer.split('/').slice(1);
  return child(resource, ...names.map(name => name.replaceAll('~1', '/').replaceAll('~0', '~')));
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

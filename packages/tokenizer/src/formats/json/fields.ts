import { failFile } from '../../errors.js';

/** A JSON object. */
export type Json = { readonly [name: string]: unknown };

const own = (json: Json, name: string) => (Object.hasOwn(json, name) ? json[name] : undefined);

/** Whether a value is a string. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** Whether a value is a whole number from 0. */
export const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;

/** The type of a value for error messages. */
export const describeType = (value: unknown) =>
  value === undefined ? 'missing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;

/**
 * A JSON object whose fields are read with type checks. Absent fields, and null, have the value of `defaults`. Error
 * messages name the path, such as `model.vocab`.
 */
export class Fields {
  readonly #json: Json;

  constructor(
    json: unknown,
    readonly where: string,
    readonly defaults: Json = {},
  ) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      failFile(`${where === '' ? 'tokenizer.json' : where} must be an object, it is ${describeType(json)}`);
    }
    this.#json = json as Json;
  }

  /** All fields that are present, unchecked. */
  get all(): Json {
    return this.#json;
  }

  /** A field, unchecked. */
  raw(name: string): unknown {
    const value = own(this.#json, name);
    return value ?? own(this.defaults, name) ?? value;
  }

  /** The path of a field for error messages. */
  path(name: string): string {
    return this.where === '' ? name : `${this.where}.${name}`;
  }

  /** Whether a field exists and is not null. */
  has(name: string): boolean {
    return this.raw(name) != null;
  }

  string(name: string, fallback?: string): string {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'string' ? value : this.#wrong(name, 'a string');
  }

  boolean(name: string, fallback?: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.#wrong(name, 'true or false');
  }

  /** An integer from 0 to `max`. */
  count(name: string, fallback?: number, max = 0x7fffffff): number {
    const value = this.raw(name) ?? fallback;
    if (typeof value !== 'number') return this.#wrong(name, 'a number');
    return isCount(value) && value <= max
      ? value
      : failFile(`${this.path(name)} must be a whole number from 0 to ${max}, it is ${value}`);
  }

  array(name: string): readonly unknown[] {
    const value = this.raw(name);
    return Array.isArray(value) ? [...(value as unknown[])] : this.#wrong(name, 'an array'); // without holes
  }

  object(name: string, defaults?: Json): Fields {
    return new Fields(this.raw(name), this.path(name), defaults);
  }

  /** One of several strings. */
  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.string(name, fallback);
    const match = choices.find(choice => choice === value);
    return match ?? failFile(`${this.path(name)} is "${value}"; it can be ${choices.join(', ')}`);
  }

  #wrong(name: string, expected: string): never {
    return failFile(`${this.path(name)} must be ${expected}, it is ${describeType(this.raw(name))}`);
  }
}

/** Reads a field that is a single character (one code point). A function, since few bundles need it. */
export function readCharacter(fields: Fields, name: string): string {
  const value = fields.string(name);
  return [...value].length === 1 ? value : failFile(`${fields.path(name)} must be one character, it is "${value}"`);
}

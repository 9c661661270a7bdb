import { failFile } from '../../errors.js';

/** A JSON object. */
export type Json = { readonly [name: string]: unknown };

/** The type of a value for error messages. */
export const describeType = (value: unknown) =>
  value === undefined ? 'missing' : value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`;

/** A JSON object whose fields are read with type checks. Error messages name the path, such as `model.vocab`. */
export class Fields {
  readonly #json: { readonly [name: string]: unknown };

  constructor(
    json: unknown,
    readonly where: string,
  ) {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) {
      failFile(`${where === '' ? 'tokenizer.json' : where} must be an object, it is ${describeType(json)}`);
    }
    this.#json = json as { readonly [name: string]: unknown };
  }

  /** All fields, unchecked. */
  get all(): { readonly [name: string]: unknown } {
    return this.#json;
  }

  /** A field, unchecked. */
  raw(name: string): unknown {
    return Object.hasOwn(this.#json, name) ? this.#json[name] : undefined;
  }

  /** The same object with some fields replaced. */
  with(values: { readonly [name: string]: unknown }): Fields {
    return new Fields({ ...this.#json, ...values }, this.where);
  }

  /** The path of a field for error messages. */
  path(name: string): string {
    return this.where === '' ? name : `${this.where}.${name}`;
  }

  /** Whether a field exists and is not null. */
  has(name: string): boolean {
    return this.raw(name) !== undefined && this.raw(name) !== null;
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
    if (!Number.isInteger(value) || value < 0 || value > max) {
      return failFile(`${this.path(name)} must be a whole number from 0 to ${max}, it is ${value}`);
    }
    return value;
  }

  array(name: string): readonly unknown[] {
    const value = this.raw(name);
    return Array.isArray(value) ? [...(value as unknown[])] : this.#wrong(name, 'an array'); // without holes
  }

  object(name: string): Fields {
    return new Fields(this.raw(name), this.path(name));
  }

  /** One of several strings. */
  choice<T extends string>(name: string, choices: readonly T[], fallback?: T): T {
    const value = this.string(name, fallback);
    const match = choices.find(choice => choice === value);
    return match ?? failFile(`${this.path(name)} is "${value}"; it can be ${choices.join(', ')}`);
  }

  /** A single character (one code point). */
  character(name: string, fallback?: string): string {
    const value = this.string(name, fallback);
    return [...value].length === 1 ? value : failFile(`${this.path(name)} must be one character, it is "${value}"`);
  }

  #wrong(name: string, wanted: string): never {
    return failFile(`${this.path(name)} must be ${wanted}, it is ${describeType(this.raw(name))}`);
  }
}

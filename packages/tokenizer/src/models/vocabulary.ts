import { abbreviateJson, failFile } from '../errors.js';
import { describeType, isCount } from '../formats/json/fields.js';

/** Ids must stay below this. No published vocabulary comes near, and a table of this size still fits in memory. */
const maxIds = 1 << 24;

/** Ids below this are allowed for any number of tokens: tables of this size are cheap. */
const unrestrictedIds = 1 << 17;

/** The maximum ratio of larger ids to the number of tokens: tables have an entry for each id up to the largest. */
const maxIdsPerToken = 16;

/** Maps tokens to ids and back. */
export class Vocabulary {
  readonly #ids = new Map<string, number>();
  readonly #tokens: (string | undefined)[] = [];

  /** Adds a token of the model. It is an error if the token or the id exists already, or if the id is out of range. */
  add(token: string, id: unknown, where: string): void {
    if (!isCount(id) || id >= maxIds) {
      failFile(
        `${where} gives "${token}" the id ${typeof id === 'string' ? id : abbreviateJson(id)}; ids are whole ` +
          `numbers from 0 to ${maxIds - 1}`,
      );
    }
    const holder = id < this.#tokens.length ? this.#tokens[id] : undefined;
    if (holder !== undefined) failFile(`${where} gives id ${id} to both "${holder}" and "${token}"`);
    const before = this.#ids.size;
    this.#ids.set(token, id);
    if (this.#ids.size === before) {
      failFile(`${where} gives "${token}" the ids ${this.#tokens.indexOf(token)} and ${id}`);
    }
    this.#tokens[id] = token;
  }

  /** The number of tokens. */
  get size(): number {
    return this.#ids.size;
  }

  /**
   * The largest id plus 1. It is an error if it is out of proportion to the number of tokens, since a small file would
   * need large tables.
   */
  get idLimit(): number {
    const { length } = this.#tokens;
    const limit = Math.max(unrestrictedIds, maxIdsPerToken * this.size);
    if (length > limit)
      failFile(`a vocabulary of ${this.size} tokens has the id ${length - 1}; ids up to ${limit - 1} would fit`);
    return length;
  }

  id(token: string): number | undefined {
    return this.#ids.get(token);
  }

  token(id: number): string | undefined {
    return this.#tokens[id];
  }

  /** All tokens with their ids. */
  entries(): IterableIterator<[string, number]> {
    return this.#ids.entries();
  }
}

/** All tokens with their ids, in the order of the ids. */
export const tokensById = (vocabulary: Vocabulary): [token: string, id: number][] =>
  [...vocabulary.entries()].sort(([, a], [, b]) => a - b);

/**
 * Reads a vocabulary from an object of token to id. A `Vocabulary`, as the parser of tokenizer.json makes it, is
 * returned as it is.
 */
export function vocabularyFromObject(json: unknown, where: string): Vocabulary {
  if (json instanceof Vocabulary) return json;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    failFile(`${where} must be an object of token to id, it is ${describeType(json)}`);
  }
  const vocabulary = new Vocabulary();
  const ids = json as { readonly [token: string]: unknown };
  for (const token of Object.keys(ids)) vocabulary.add(token, ids[token], where);
  return vocabulary;
}

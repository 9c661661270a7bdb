import type { Decoder } from './decoders/decoder.js';
import { failFile, shown } from './errors.js';
import { Fields } from './fields.js';
import type { Model } from './models/model.js';
import type { Normalizer } from './normalizers/normalizer.js';
import type { PostProcessor } from './post-processors/post-processor.js';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.js';
import type { Tokenizer } from './tokenizer.js';

/** Makes a component from its JSON; `nested` reads a component of the same kind inside it. */
export type Reader<T> = (fields: Fields, nested: (json: unknown, where: string) => T) => T;

/** Readers by the `type` that names them in `tokenizer.json`. */
export type Readers<T> = { readonly [type: string]: Reader<T> };

/** The components that a loader knows. A loader with fewer of them makes a smaller bundle. */
export interface Components {
  readonly normalizers: Readers<Normalizer>;
  readonly preTokenizers: Readers<PreTokenizer>;
  readonly models: Readers<Model>;
  readonly postProcessors: Readers<PostProcessor>;
  readonly decoders: Readers<Decoder>;
  /** Counts the tokens of a long text chunk by chunk, so that it can stop early; undefined where it cannot. */
  readonly countUpTo?: (tokenizer: Tokenizer, text: string, limit: number) => number | undefined;
}

/** So many components a sequence and those within it may hold: each rewrites every text. */
const mostParts = 1000;

/** So many sequences may lie inside one another: files have two or three, and what reads them calls itself. */
const deepest = 32;

/** Reads one component by its type; an unknown type is an error that names the known ones. */
export function readComponent<T>(
  kind: string,
  readers: Readers<T>,
  json: unknown,
  where: string,
  read = { parts: 0 },
): T {
  if (++read.parts > mostParts) failFile(`${kind} has more than ${mostParts} parts`);
  if (where.split('.').length > deepest) failFile(`${kind} has more than ${deepest} sequences inside one another`);
  const fields = new Fields(json, where);
  const type = fields.string('type');
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader) {
    const known = Object.keys(readers).join(', ');
    return failFile(`${kind} type "${shown(type)}" is unknown; known are ${known === '' ? 'none' : known}`);
  }
  return reader(fields, (inner, path) => readComponent(kind, readers, inner, path, read));
}

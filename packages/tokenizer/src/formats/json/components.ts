import type { Decoder } from '../../decoders/decoder.js';
import { abbreviate, failFile } from '../../errors.js';
import type { Model } from '../../models/model.js';
import type { Normalizer } from '../../normalizers/normalizer.js';
import type { PostProcessor } from '../../post-processors/post-processor.js';
import type { PreTokenizer } from '../../pre-tokenizers/pre-tokenizer.js';
import type { Tokenizer } from '../../tokenizer.js';
import { Fields } from './fields.js';

/** Creates a component from its JSON. `nested` reads a component of the same kind inside it. */
export type ComponentReader<T> = (fields: Fields, nested: (json: unknown, where: string) => T) => T;

/** Readers by the `type` that `tokenizer.json` uses. */
export type ComponentReaders<T> = { readonly [type: string]: ComponentReader<T> };

/** The components that a loader supports. Fewer components make a smaller bundle. */
export interface ComponentRegistry {
  readonly normalizers: ComponentReaders<Normalizer>;
  readonly preTokenizers: ComponentReaders<PreTokenizer>;
  readonly models: ComponentReaders<Model>;
  readonly postProcessors: ComponentReaders<PostProcessor>;
  readonly decoders: ComponentReaders<Decoder>;
  /** Counts the tokens of a long text chunk by chunk, so that it can stop early; undefined if that is not possible. */
  readonly countUpTo?: (tokenizer: Tokenizer, text: string, limit: number) => number | undefined;
}

/** The maximum number of components in a sequence and its nested sequences: each rewrites every text. */
const maxComponents = 1000;

/** The maximum nesting of sequences. Files have two or three levels, and the reader is recursive. */
const maxDepth = 32;

/** Reads one component by its type. An unknown type is an error that lists the known ones. */
export function readComponent<T>(
  kind: string,
  readers: ComponentReaders<T>,
  json: unknown,
  where: string,
  read = { parts: 0 },
): T {
  if (++read.parts > maxComponents) failFile(`${kind} has more than ${maxComponents} parts`);
  if (where.split('.').length > maxDepth) failFile(`${kind} has more than ${maxDepth} sequences inside one another`);
  const fields = new Fields(json, where);
  const type = fields.string('type');
  const reader = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (!reader) {
    const known = Object.keys(readers).join(', ');
    return failFile(`${kind} type "${abbreviate(type)}" is unknown; known are ${known === '' ? 'none' : known}`);
  }
  return reader(fields, (inner, path) => readComponent(kind, readers, inner, path, read));
}

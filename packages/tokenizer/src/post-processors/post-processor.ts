import type { Fields } from '../formats/json/fields.js';

/**
 * One item of a template: a sequence of the input (0 or 1) or tokens of its own, and what those show where the file
 * says.
 */
export type TemplateItem =
  | { readonly sequence: 0 | 1; readonly typeId: number }
  | { readonly ids: readonly number[]; readonly tokens?: readonly string[]; readonly typeId: number };

/** What is put around one or two sequences, and whether the spaces at the ends of tokens leave their offsets. */
export interface PostProcessor {
  /** Without a template sequences follow each other with type ids 0 and 1. */
  readonly template?: { readonly single: readonly TemplateItem[]; readonly pair: readonly TemplateItem[] };
  /** Whether the first token's one leading space was added and stays; undefined: offsets are left alone. */
  readonly trimOffsets?: { readonly addPrefixSpace: boolean };
  /** Whether the template also sets the type ids when special tokens are not added. */
  readonly alwaysSetsTypeIds?: boolean;
  /** Whether it sets those of what truncation cuts off too, where special tokens are added. */
  readonly setsOverflowTypeIds?: boolean;
}

/** Reads the two settings of those that trim offsets. */
export const readTrimOffsets = (fields: Fields): Pick<PostProcessor, 'trimOffsets'> =>
  fields.boolean('trim_offsets', true)
    ? { trimOffsets: { addPrefixSpace: fields.boolean('add_prefix_space', true) } }
    : {};

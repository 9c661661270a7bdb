import type { Fields } from '../formats/json/fields.js';

/**
 * One item of a template: a sequence of the input (0 or 1), or special tokens, with their names if the file gives them.
 */
export type TemplateItem =
  | { readonly sequence: 0 | 1; readonly typeId: number }
  | { readonly ids: readonly number[]; readonly tokens?: readonly string[]; readonly typeId: number };

/** What is added around one or two sequences, and whether offsets are trimmed. */
export interface PostProcessor {
  /** Without a template the sequences follow each other with type ids 0 and 1. */
  readonly template?: { readonly single: readonly TemplateItem[]; readonly pair: readonly TemplateItem[] };
  /**
   * Trims the spaces of tokens from their offsets. `addPrefixSpace`: one leading space of the first token was added and
   * stays. Undefined: offsets are not trimmed.
   */
  readonly trimOffsets?: { readonly addPrefixSpace: boolean };
  /** Whether the template also sets type ids if special tokens are not added. */
  readonly alwaysSetsTypeIds?: boolean;
  /** Whether the template also sets the type ids of overflowing tokens if special tokens are added. */
  readonly setsOverflowTypeIds?: boolean;
}

/** Reads the settings for trimming offsets. */
export const readTrimOffsets = (fields: Fields): Pick<PostProcessor, 'trimOffsets'> =>
  fields.boolean('trim_offsets') ? { trimOffsets: { addPrefixSpace: fields.boolean('add_prefix_space') } } : {};

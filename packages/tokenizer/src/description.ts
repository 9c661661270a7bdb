import type { Json } from './formats/json/fields.js';
import type { EncodingPath } from './pipeline.js';
import type { TokenizerParts } from './tokenizer.js';

/**
 * The types of the components of a tokenizer as `tokenizer.json` names them, in the order in which a text passes
 * through them.
 */
export interface ComponentTypes {
  /** Sequences are flattened. SentencePiece's own normalizer is `SentencePiece`. */
  readonly normalizer: readonly string[];
  /** Sequences are flattened. */
  readonly preTokenizer: readonly string[];
  /** `BPE`, `Unigram`, `WordPiece` or `WordLevel`; `Word` or `Char` for SentencePiece models of these types. */
  readonly model: string;
}

/** What a tokenizer is made of, as plain data. */
export interface TokenizerDescription extends ComponentTypes {
  readonly encodingPath: EncodingPath;
}

/** The types of the components: from the file if the tokenizer has one, otherwise from the reader of its format. */
export function componentTypes({ file, types, model }: TokenizerParts): ComponentTypes {
  if (typeof file !== 'object') return types ?? { normalizer: [], preTokenizer: [], model: model.merges ? 'BPE' : '' };
  return {
    normalizer: typesIn(file.normalizer, 'normalizers'),
    preTokenizer: typesIn(file.pre_tokenizer, 'pretokenizers'),
    model: String((file.model as Json).type),
  };
}

/** The type of a component, or the types of the components of a sequence. */
export function typesIn(json: unknown, list: string): string[] {
  if (typeof json !== 'object' || json === null) return [];
  const { type, [list]: parts } = json as Json;
  return Array.isArray(parts) ? parts.flatMap(part => typesIn(part, list)) : [String(type)];
}

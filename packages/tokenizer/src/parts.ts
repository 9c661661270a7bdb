import type { Decoder } from './decoders/decoder.js';
import { type ComponentRegistry, componentsIn } from './formats/json/components.js';
import type { Json } from './formats/json/fields.js';
import type { EncodingPath } from './pipeline/encoding-path.js';
import type { PipelineParts } from './pipeline/pipeline.js';
import type { Padding } from './post-processors/padding.js';
import type { PostProcessor } from './post-processors/post-processor.js';
import type { Truncation } from './post-processors/truncation.js';
import type { Boundary } from './streaming/space-rule.js';
import type { Tokenizer } from './tokenizer.js';

/** The components and settings of a tokenizer, in the order in which a text passes through them. */
export interface TokenizerParts extends PipelineParts {
  /** Adds special tokens around the others. */
  readonly postProcessor: PostProcessor;
  /** Turns tokens into text. */
  readonly decoder: Decoder;
  /** The truncation of the file; undefined if it has none. */
  readonly truncation: Truncation | undefined;
  /** The padding of the file; undefined if it has none. */
  readonly padding: Padding | undefined;
  /**
   * The content of its `tokenizer.json` without the tables of the model, or a function that creates such a content with
   * the tables and with all fields. Undefined if no `tokenizer.json` describes it.
   */
  readonly file?: Json | (() => Json);
  /** The declarations of the components in `file`, if that is no function. */
  readonly components?: ComponentRegistry;
  /** The types of its components, if they are not in `file`. */
  readonly types?: ComponentTypes;
  /** Where it certainly splits a text, if that is known without a file. */
  readonly boundary?: Boundary;
  /** The tokenizer of translations, if the model has a separate one. */
  readonly target?: Tokenizer | undefined;
  /** The ids of special tokens, if the configuration names them. */
  readonly specialTokenIds: {
    /** Starts a text. */
    readonly bos?: number;
    /** Ends a text. */
    readonly eos?: number;
    /** Pads texts of a batch. */
    readonly pad?: number;
    /** Stands for text that the vocabulary does not cover. */
    readonly unk?: number;
  };
}

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
export function componentTypes({ file, components, types, model }: TokenizerParts): ComponentTypes {
  if (typeof file !== 'object' || !components)
    return types ?? { normalizer: [], preTokenizer: [], model: model.merges ? 'BPE' : '' };
  return {
    normalizer: componentsIn('normalizer', components.normalizers, file.normalizer).map(([{ type }]) => type),
    preTokenizer: componentsIn('pre_tokenizer', components.preTokenizers, file.pre_tokenizer).map(([{ type }]) => type),
    model: String((file.model as Json).type),
  };
}

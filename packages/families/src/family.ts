import type { CrossPart, EncoderDecoder, LanguageModel, Part } from '@residual/transformer';
import type { Config } from './config.js';

/** What every composition tells its user. */
interface Facts {
  /** Longest sequence it is made for. */
  readonly positions: number;
  /** Whether longer ones can be computed too: rotary angles and relative positions have no end, a learned table has. False if absent. */
  readonly openEnded?: boolean;
  /** Blocks that write: those of a language model, or of a decoder. */
  readonly depth: number;
  readonly heads: number;
}

/** A decoder-only model: it continues a text. */
export interface CausalComposition extends Facts {
  readonly kind: 'causal-lm';
  readonly model: LanguageModel<Part>;
}

/** An encoder-decoder: it reads a source and writes a target. */
export interface SequenceToSequenceComposition extends Facts {
  readonly kind: 'seq2seq-lm';
  readonly model: EncoderDecoder<Part, CrossPart>;
  /** Blocks that read the source. */
  readonly encoderDepth: number;
  readonly encoderHeads: number;
}

/** A composition that a config describes, with what its user must know. */
export type Composition = CausalComposition | SequenceToSequenceComposition;

/**
 * One line of a family's table: a tensor of the file and the paths it holds. `*` stands for the number of the block; a name that begins
 * with `/` has no prefix. Several paths lie one after another
 * along the out axis. `transposed` says that the file stores matrices as [in, out].
 */
export interface Row {
  readonly theirs: string;
  readonly ours: string | readonly string[];
  readonly transposed?: boolean;
  /** The file's shape has one axis of length 1 more, in front. */
  readonly leading?: boolean;
  /** What a file that lacks the tensor means: this number everywhere. */
  readonly absent?: number;
  /** The row counts only where the composition has this path too. */
  readonly beside?: string;
}

/** A published architecture as data. */
export interface Family<Composed extends Composition = Composition> {
  readonly name: string;
  /** Values of `model_type`. */
  readonly modelTypes: readonly string[];
  /** Values of `architectures`; the first is written. */
  readonly architectures: readonly string[];
  /** Config to parts. */
  readonly compose: (config: Config, options?: { readonly ignoreConfig?: readonly string[] }) => Composed;
  readonly rows: readonly Row[];
  /** What names in a file may begin with; the first is written, a file may lack it. */
  readonly prefix: string;
  /** Names that a file may hold beside the table: buffers that are computed, not learned. */
  readonly buffers: readonly RegExp[];
  /** Second names of one tensor, by the name that is written: both may be there if they are equal. Only while the model ties them. */
  readonly aliases: Readonly<Record<string, string | readonly string[]>>;
}

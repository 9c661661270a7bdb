import type { CrossLayer, EncoderDecoder, LanguageModel, TensorLayer } from '@residual/transformer';
import type { Config } from './config.js';

/** What every composition tells its user. */
interface CompositionInfo {
  /** Longest sequence it is made for. */
  readonly maxPositions: number;
  /** Whether longer ones can be computed too: rotary angles and relative positions have no end, a learned table has. False if absent. */
  readonly openEnded?: boolean;
  /** Blocks that write: those of a language model, or of a decoder. */
  readonly depth: number;
  readonly heads: number;
}

/** A decoder-only model: it continues a text. */
export interface CausalComposition extends CompositionInfo {
  readonly kind: 'causal-lm';
  readonly model: LanguageModel<TensorLayer>;
}

/** An encoder-decoder: it reads a source and writes a target. */
export interface SequenceToSequenceComposition extends CompositionInfo {
  readonly kind: 'seq2seq-lm';
  readonly model: EncoderDecoder<TensorLayer, CrossLayer>;
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
export interface WeightMapping {
  readonly checkpointName: string;
  readonly path: string | readonly string[];
  readonly transposed?: boolean;
  /** The file's shape has one axis of length 1 more, in front. */
  readonly leadingAxis?: boolean;
  /** What a file that lacks the tensor means: this number everywhere. */
  readonly defaultValue?: number;
  /** The row counts only where the composition has this path too. */
  readonly requires?: string;
}

/** A tensor that a file may hold beside the table: computed, not learned. */
export interface Buffer {
  /** Its names, with and without the prefix. */
  readonly name: RegExp;
  /** Where it first holds another number than is computed in its place; undefined if nowhere. Without it nothing depends on what the tensor holds. */
  readonly findDifference?: (values: Float32Array, shape: readonly number[], config: Config) => Difference | undefined;
}

/** Where a tensor is not as it should be. */
export interface Difference {
  readonly index: number;
  readonly expected: number;
}

/** A table of positions by a formula that a file may hold too. */
export interface PositionTable {
  /** Its name in a file, as in a row. */
  readonly checkpointName: string;
  /** The paths that the table may have in the tree; the first one there counts. */
  readonly paths: readonly string[];
  /** Rows of the file's table before the first position; none if absent. */
  readonly offset?: number;
  /** Whether `compose` takes a table that differs from the formula as it is, with `storedPositionTables`; else it is an error. */
  readonly mayDiffer?: boolean;
  /** Whether the reference expects it in every file. */
  readonly alwaysSaved?: boolean;
}

/** Settings of `compose`. */
export interface ComposeOptions {
  /** Config fields that are not understood but known to leave the numbers alone. */
  readonly ignoreConfig?: readonly string[];
  /** Whether tables of positions are read from the file, as weights, where the family has a formula. */
  readonly storedPositionTables?: boolean;
}

/** A published architecture as data. */
export interface Family<Composed extends Composition = Composition> {
  readonly name: string;
  /** Values of `model_type`. */
  readonly modelTypes: readonly string[];
  /** Values of `architectures`; the first is written. */
  readonly architectures: readonly string[];
  /** Config to parts. */
  readonly compose: (config: Config, options?: ComposeOptions) => Composed;
  readonly mappings: readonly WeightMapping[];
  /** What names in a file may begin with; the first is written, a file may lack it. */
  readonly prefix: string;
  /** What a file may hold beside the rows: it must be what is computed in its place. */
  readonly buffers: readonly Buffer[];
  /** Tables of positions that a file may hold. */
  readonly positionTables?: readonly PositionTable[];
  /** Second names of one tensor, by the name that is written: both may be there if they are equal. Only while the model ties them. */
  readonly aliases: Readonly<Record<string, string | readonly string[]>>;
  /** The second name that is the head's. */
  readonly head?: string;
  /** What a config must say besides `tie_word_embeddings` false so that it means a head of its own and nothing else. */
  readonly untiedConfig?: (config: Config) => Config;
  /** Second names under which a tensor is written too where the head is untied: the reference unties them all at once. */
  readonly copies?: Readonly<Record<string, readonly string[]>>;
}

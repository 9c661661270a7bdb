import type { LanguageModel, Part } from '@residual/transformer';
import type { Config } from './config.js';

/** A composition that a config describes, with what its user must know. */
export interface Composition {
  readonly model: LanguageModel<Part>;
  /** Longest sequence it is made for. */
  readonly positions: number;
  /** Whether longer ones can be computed too: rotary angles have no end, a learned table has. False if absent. */
  readonly openEnded?: boolean;
  readonly depth: number;
  readonly heads: number;
}

/**
 * One line of a family's table: a tensor of the file and the paths it holds. `*` stands for the number of the block; a name that begins
 * with `/` has no prefix. Several paths lie one after another
 * along the out axis. `transposed` says that the file stores matrices as [in, out].
 */
export interface Row {
  readonly theirs: string;
  readonly ours: string | readonly string[];
  readonly transposed?: boolean;
}

/** A published architecture as data. */
export interface Family {
  readonly name: string;
  /** Values of `model_type`. */
  readonly modelTypes: readonly string[];
  /** Values of `architectures`; the first is written. */
  readonly architectures: readonly string[];
  /** Config to parts. */
  readonly compose: (config: Config, options?: { readonly ignoreConfig?: readonly string[] }) => Composition;
  readonly rows: readonly Row[];
  /** What names in a file may begin with; the first is written, a file may lack it. */
  readonly prefix: string;
  /** Names that a file may hold beside the table: buffers that are computed, not learned. */
  readonly buffers: readonly RegExp[];
  /** Second names of one tensor, by the name that is written: both may be there if they are equal. Only while the model ties them. */
  readonly aliases: Readonly<Record<string, string>>;
}

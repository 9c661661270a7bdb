import type { PlainTensor } from '../plain-tensor.js';

/** What answers step by step. */
export type StreamingMethod = 'generate' | 'generateBatch' | 'beamSearch' | 'beamSearchBatch' | 'translate';

/** What can be asked: the functions of `Models` and of a `RemoteModel`, whose number is the first argument. */
export type Method =
  | 'load'
  | StreamingMethod
  | 'forward'
  | 'embed'
  | 'embedBatch'
  | 'contextual'
  | 'tokenVectors'
  | 'describe'
  | 'save'
  | 'tokensOf'
  | 'encode'
  | 'decode'
  | 'tokenOf'
  | 'dispose'
  | 'backends'
  | 'useBackend';

/** What a page knows of a model in a worker without asking. */
export interface ModelInfo {
  readonly model: number;
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>>;
  readonly maxPositions: number;
  readonly openEnded: boolean;
  readonly vocab: number;
  readonly depth: number;
  readonly heads: number;
  readonly encoderDepth: number;
  readonly encoderHeads: number;
  /** What it does: `causal-lm` continues a text, `seq2seq-lm` writes what belongs to a source. */
  readonly kind: string;
  /** The family's name, such as `gpt2`. */
  readonly family: string;
  readonly backend: string;
  readonly hasTokenizer: boolean;
}

/** The tokens of a text as plain data: the parts of an `Encoding` that a view shows. */
export interface PlainEncoding {
  readonly ids: readonly number[];
  /** As the vocabulary writes them. */
  readonly tokens: readonly string[];
  /** For each token `[start, end)` in UTF-16 units of the text; added tokens have `[0, 0]`. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** 1 for tokens that were added around the text. */
  readonly specialTokensMask: readonly number[];
}

/** The buffers of what a step or a pass over a text carries, so that they are moved and not copied: attention alone may be many megabytes. */
export function buffersOf(answer: unknown): ArrayBuffer[] {
  const { taps, logits, step } = answer as {
    taps?: Readonly<Record<string, PlainTensor>>;
    logits?: PlainTensor;
    step?: unknown;
  };
  if (step) return buffersOf(step);
  const tensors = [...Object.values(taps ?? {}), ...(logits ? [logits] : [])];
  return [...new Set(tensors.map(({ data }) => data.buffer as ArrayBuffer))];
}

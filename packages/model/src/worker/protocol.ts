import type { PlainTensor } from '../plain-tensor.js';

/** The options that are another model: one that drafts, one that makes samples of spectrograms. */
export const modelOptions = ['assistantModel', 'vocoder'] as const;

/** The facts about a model that a page has without a request. */
export interface ModelInfo {
  /** The number of the model in its connection. */
  readonly model: number;
  /** The names of its methods that stream steps, and of those that answer once. */
  readonly streams: readonly string[];
  readonly calls: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  readonly generationConfig: Readonly<Record<string, unknown>>;
  readonly maxPositions: number;
  readonly openEnded: boolean;
  readonly vocab: number;
  readonly depth: number;
  readonly heads: number;
  readonly encoderDepth: number;
  readonly encoderHeads: number;
  /** `causal-lm` continues a text, `seq2seq-lm` generates a target from a source; else the task of a text model. */
  readonly kind: string;
  /** The labels of a text model by index; empty without a head that gives labels. */
  readonly labels: readonly string[];
  /** As `embeddingPrompts` of `Model`. */
  readonly embeddingPrompts: readonly string[];
  /** As `chatTemplates` of `Model`. */
  readonly chatTemplates: readonly string[];
  /** The family's name, such as `gpt2`. */
  readonly family: string;
  readonly backend: string;
}

/** An `Encoding` as plain data. */
export interface PlainEncoding {
  readonly ids: readonly number[];
  /** The tokens as in the vocabulary. */
  readonly tokens: readonly string[];
  /** The span `[start, end)` of each token in the text, in UTF-16 units; special tokens have `[0, 0]`. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** 1 for special tokens, else 0. */
  readonly specialTokensMask: readonly number[];
}

/**
 * The buffers of a step or a pass, so that they are transferred instead of copied; attention weights may have many
 * megabytes.
 */
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

/** The shape of a GPT-2 model and of its training batches. */
export interface TrainingShape {
  readonly depth: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly vocab: number;
  readonly batch: number;
  readonly length: number;
}

/** Shapes by name. */
export const trainingShapes = {
  'gpt-4x128': { depth: 4, modelDim: 128, heads: 4, vocab: 8192, batch: 12, length: 64 },
  'gpt-6x384': { depth: 6, modelDim: 384, heads: 6, vocab: 8192, batch: 4, length: 128 },
} as const satisfies Record<string, TrainingShape>;

/** One implementation: `begin` creates the model, `step` trains on the batch of a number and returns its loss. */
export interface Trainer {
  begin(shape: TrainingShape): Promise<void>;
  step(number: number): Promise<number>;
}

/**
 * The ids of a batch, [batch][length + 1]: inputs and labels are all but the last and all but the first of each row.
 */
export function idsOf({ vocab, batch, length }: TrainingShape, number: number): number[][] {
  return Array.from({ length: batch }, (_, row) =>
    Array.from({ length: length + 1 }, (_, i) => ((number * 31 + row * 17 + i) * 7919 + (i >> 2)) % vocab),
  );
}

/** The settings of Adam on both sides. */
export const adamSettings = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

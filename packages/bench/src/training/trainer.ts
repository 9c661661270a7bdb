/** A GPT-2-shaped model that is trained, and on how much at once. */
export interface TrainingShape {
  readonly depth: number;
  readonly modelDim: number;
  readonly heads: number;
  readonly vocab: number;
  readonly batch: number;
  readonly length: number;
}

/** What can be measured, by name. */
export const trainingShapes = {
  'gpt-4x128': { depth: 4, modelDim: 128, heads: 4, vocab: 8192, batch: 12, length: 64 },
  'gpt-6x384': { depth: 6, modelDim: 384, heads: 6, vocab: 8192, batch: 4, length: 128 },
} as const satisfies Record<string, TrainingShape>;

/** One implementation that trains it: makes the model, and does a step on the batch of that number; gives its loss. */
export interface Trainer {
  begin(shape: TrainingShape): Promise<void>;
  step(number: number): Promise<number>;
}

/** The ids of a batch, [batch][length + 1]: each row is also what follows it. */
export function idsOf({ vocab, batch, length }: TrainingShape, number: number): number[][] {
  return Array.from({ length: batch }, (_, row) =>
    Array.from({ length: length + 1 }, (_, i) => ((number * 31 + row * 17 + i) * 7919 + (i >> 2)) % vocab),
  );
}

/** The settings of Adam on both sides. */
export const adamSettings = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

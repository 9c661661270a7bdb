/** Settings of a character GPT. */
export interface GptSettings {
  readonly text: string;
  readonly depth: number;
  readonly heads: number;
  readonly modelDim: number;
  /** The context: characters that the model sees at once. */
  readonly length: number;
  readonly batch: number;
  readonly steps: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** The name of the run in the browser's store, and the file beside each checkpoint. */
export const [savedRunName, savedRunFile] = ['training-gpt', 'page.json'];

/** The number of steps between two evaluations, each with a checkpoint. */
export const evaluationStride = (steps: number): number => Math.max(1, Math.floor(steps / 20));

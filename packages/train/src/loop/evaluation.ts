import { yieldToEventLoop } from '@residual/base';
import { emptyScope } from '@residual/layers';
import { clone, expectOptions, ResidualError, tidy } from '@residual/tensor';
import { type FiniteBatches, iterateOnce } from './batches.js';
import { type Loss, type Objective, objectiveOf } from './objective.js';
import type { Parameter } from './parameters.js';
import type { RunState } from './state.js';
import { dataOf } from './step.js';

/** Settings of `evaluate`. */
export interface EvaluateOptions<Tree, Batch> {
  /** The weights of the layer. */
  readonly weights: Tree;
  /** The mean loss of a batch. */
  readonly loss: Loss<Tree, Batch> | Objective<Tree, Batch>;
  /** The data for one pass. */
  readonly batches: FiniteBatches<Batch>;
  /** Called after each batch with the result so far. */
  readonly onProgress?: (done: Evaluation) => void;
  /** Ends the evaluation before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

/** The result of `evaluate`. */
export interface Evaluation {
  /** The mean loss; batches are weighted by their tokens. */
  readonly loss: number;
  /** The number of tokens; 0 if the loss does not count tokens. */
  readonly tokens: number;
  /** The number of batches. */
  readonly batches: number;
}

/** The mean loss over data, weighted by tokens, without dropout. Errors if there is no batch. */
export async function evaluate<Tree, Batch>(options: EvaluateOptions<Tree, Batch>): Promise<Evaluation> {
  expectOptions('evaluate', options, { weights: 1, loss: 1, batches: 1, onProgress: 0, signal: 0 });
  const { weights, batches, onProgress, signal } = options;
  const { loss, tokens } = objectiveOf('evaluate', options.loss);
  let [sum, tokenCount, batchCount] = [0, 0, 0];
  const result = () => ({ loss: sum / (tokenCount || 1), tokens: tokens ? tokenCount : 0, batches: batchCount });
  for await (const batch of iterateOnce('evaluate', batches, undefined)) {
    await yieldToEventLoop(signal);
    const count = tokens?.(batch) ?? 1;
    const [value] = await dataOf(tidy(() => loss(weights, batch, emptyScope)));
    sum += value! * count;
    tokenCount += count;
    batchCount++;
    onProgress?.(result());
  }
  if (batchCount === 0) throw new ResidualError('data', 'evaluate: the data to evaluate on is empty');
  return result();
}

/** Runs `work` with the averaged weights in place of the trained ones, if there is an average. */
export async function withEmaWeights<T>(
  ema: RunState['ema'],
  parameters: ReadonlyMap<string, Parameter>,
  work: () => Promise<T>,
): Promise<T> {
  const saved = [...ema].map(([path, value]) => {
    const { get, set } = parameters.get(path)!;
    const weight = clone(get());
    set(clone(value));
    return { weight, set };
  });
  try {
    return await work();
  } finally {
    for (const { weight, set } of saved) set(weight);
  }
}

import { expectInteger, expectValue } from '@residual/base';
import { record } from '@residual/layers';
import { expectOptions } from '@residual/tensor';
import { expectPrompts, expectSignal } from '../arguments.js';
import type { LoadedModel, Prompt } from '../loaded-model.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { paddedLengthOf, type Sequences } from '../sequences.js';
import { hiddenStatePaths, runStack } from './hidden-states.js';

/** How the vectors of the tokens become one: the mean, the first token's or the last token's. */
export type Pooling = 'mean' | 'cls' | 'last';

/** The options of `embed`. */
export interface EmbedOptions {
  /** Default `mean`. */
  readonly pooling?: Pooling;
  /** After how many blocks; 0 is the embedded input. Default after the final norm. */
  readonly layer?: number;
  /** Whether vectors are scaled to length 1; default false. */
  readonly normalize?: boolean;
  /** How many texts of similar length are read at once; default 16. */
  readonly batch?: number;
  /** Ends the call before the next batch. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of texts done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** The vectors [modelDim] of several texts, in their order. Throws for an option out of range. */
export async function embedPrompts(
  model: LoadedModel,
  prompts: readonly Prompt[],
  options: EmbedOptions,
): Promise<Float32Array[]> {
  model.check();
  expectPrompts('embedBatch', prompts);
  const sequences = model.inputsOf('embed', prompts);
  expectOptions('embed', options, { pooling: 0, layer: 0, normalize: 0, batch: 0, signal: 0, onProgress: 0 });
  const { pooling = 'mean', layer, normalize = false, batch = 16, signal, onProgress } = options;
  const { hiddenStates, output } = hiddenStatePaths(model.composition);
  expectSignal('embed', signal);
  const depth = hiddenStates.length - 1;
  expectValue(['mean', 'cls', 'last'].includes(pooling), 'embed', 'pooling', pooling, 'mean, cls or last');
  if (layer !== undefined) expectInteger('embed', 'layer', layer, { max: depth });
  expectInteger('embed', 'batch', batch, { min: 1 });
  const path = layer === undefined ? output : hiddenStates[layer]!;
  const vectors: Float32Array[] = [];
  const order = [...sequences.keys()].sort((a, b) => sequences[a]!.length - sequences[b]!.length);
  for (let from = 0; from < order.length; from += batch) {
    await model.yieldTurn(signal);
    const batchIndices = order.slice(from, from + batch);
    const states = await hiddenStatesOf(
      model,
      batchIndices.map(i => sequences[i]!),
      path,
    );
    for (const [k, i] of batchIndices.entries()) {
      const vector = pool(states[k]!, sequences[i]!.length, pooling);
      vectors[i] = normalize ? l2Normalize(vector) : vector;
    }
    onProgress?.({ done: from + batchIndices.length, total: order.length });
  }
  return vectors;
}

/** The hidden states of each text at `path`, [length, modelDim], with padding at the end. */
async function hiddenStatesOf(model: LoadedModel, sequences: Sequences, path: string): Promise<readonly PlainTensor[]> {
  const recorder = record([path]);
  try {
    const length = paddedLengthOf(sequences, model.fixedShapes, model.maxPositions);
    runStack('embed', model, sequences, length, recorder.scope).dispose();
    const taps = await plainTaps(recorder.values, sequences.length);
    return taps.map(tensors => tensors[path]!);
  } finally {
    recorder.dispose();
  }
}

/** Pools the first `length` rows of states [length, modelDim] into one vector. */
function pool({ shape, data }: PlainTensor, length: number, pooling: Pooling): Float32Array {
  const width = shape.at(-1)!;
  const row = (i: number) => data.slice(i * width, (i + 1) * width);
  if (pooling === 'cls') return row(0);
  if (pooling === 'last') return row(length - 1);
  const sum = new Float64Array(width);
  for (let i = 0; i < length; i++) for (let k = 0; k < width; k++) sum[k]! += data[i * width + k]!;
  return Float32Array.from(sum, value => value / length);
}

function l2Normalize(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map(value => value / length);
}

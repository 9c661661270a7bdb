import { expectInteger, expectValue } from '@residual/base';
import { record } from '@residual/layers';
import { expectOptions, ResidualError } from '@residual/tensor';
import { expectPrompts, expectSignal, expectTokens } from '../arguments.js';
import type { LoadedModel, Prompt } from '../loaded-model.js';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import { shortestFirst } from '../read-batches.js';
import { paddedLengthOf, type Sequences } from '../sequences.js';
import { hiddenStatePaths, runStack } from './hidden-states.js';
import { l2Normalize, type Pooling, pool, poolings } from './pooling.js';
import type { SentenceSettings } from './sentence-settings.js';

/** The options of `embed`. */
export interface EmbedOptions {
  /** How the vectors of the tokens become one; as the checkpoint says if absent, or else `mean`. */
  readonly pooling?: Pooling;
  /** After how many blocks; 0 is the embedded input. Default after the final norm. */
  readonly layer?: number;
  /** Whether vectors are scaled to length 1; as the checkpoint says if absent, or else false. */
  readonly normalize?: boolean;
  /**
   * The name of a text of the checkpoint that goes before each text, such as `query`; null for none. The checkpoint may
   * have one that is used if nothing is given.
   */
  readonly prompt?: string | null;
  /** Only the first entries of each vector, for models that are trained so (Kusupati et al. 2022); all if absent. */
  readonly dimensions?: number;
  /** Longer texts are cut to so many tokens; as the checkpoint says if absent, or else too long a text is an error. */
  readonly maxTokens?: number;
  /** How many texts of similar length are read at once; default 16. */
  readonly batch?: number;
  /** Ends the call before the next batch. */
  readonly signal?: AbortSignal;
  /** Called after each batch, with the number of texts done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

const optionNames = {
  pooling: 0,
  layer: 0,
  normalize: 0,
  prompt: 0,
  dimensions: 0,
  maxTokens: 0,
  batch: 0,
  signal: 0,
  onProgress: 0,
} as const;

/** The vectors [modelDim] of several texts, in their order. Throws for an option out of range. */
export async function embedPrompts(
  model: LoadedModel,
  prompts: readonly Prompt[],
  options: EmbedOptions,
): Promise<Float32Array[]> {
  model.check();
  expectPrompts('embedBatch', prompts);
  expectOptions('embed', options, optionNames);
  const settings = model.parts.sentenceSettings?.();
  const { pooling = settings?.pooling ?? 'mean', normalize = settings?.normalize ?? false } = options;
  const { layer, dimensions, batch = 16, signal, onProgress } = options;
  const { hiddenStates, output } = hiddenStatePaths(model.composition);
  expectSignal('embed', signal);
  expectValue(poolings.includes(pooling), 'embed', 'pooling', pooling, poolings.join(', '));
  if (layer !== undefined) expectInteger('embed', 'layer', layer, { max: hiddenStates.length - 1 });
  if (dimensions !== undefined) expectInteger('embed', 'dimensions', dimensions, { min: 1 });
  expectInteger('embed', 'batch', batch, { min: 1 });
  const { sequences, from } = inputsOf(model, prompts, options, settings);
  const path = layer === undefined ? output : hiddenStates[layer]!;
  const vectors: Float32Array[] = [];
  const order = shortestFirst(sequences);
  for (let first = 0; first < order.length; first += batch) {
    await model.yieldTurn(signal);
    const indices = order.slice(first, first + batch);
    const states = await hiddenStatesOf(
      model,
      indices.map(i => sequences[i]!),
      path,
    );
    for (const [k, i] of indices.entries()) {
      const range = [pooling === 'cls' ? 0 : from, sequences[i]!.length] as const;
      const vector = cut(pool(states[k]!, range, pooling), dimensions);
      vectors[i] = normalize ? l2Normalize(vector) : vector;
    }
    onProgress?.({ done: first + indices.length, total: order.length });
  }
  return vectors;
}

/** The tokens of each text with its prompt, and the first token that counts for the pooling. */
function inputsOf(
  model: LoadedModel,
  prompts: readonly Prompt[],
  options: EmbedOptions,
  settings: SentenceSettings | undefined,
): { readonly sequences: Sequences; readonly from: number } {
  const { prompt: name = settings?.defaultPrompt } = options;
  const before = name === null || name === undefined ? '' : promptNamed(name, settings);
  const maxTokens = options.maxTokens ?? settings?.maxTokens;
  if (options.maxTokens !== undefined) expectInteger('embed', 'maxTokens', options.maxTokens, { min: 1 });
  if (before === '' && maxTokens === undefined) return { sequences: model.inputsOf('embed', prompts), from: 0 };
  const maxLength = Math.min(maxTokens ?? model.maxPositions, model.maxPositions);
  const sequences = prompts.map(prompt => {
    if (typeof prompt !== 'string') return prompt;
    return tokenizerOf(model).encode(before + prompt, { truncation: { maxLength } }).ids;
  });
  expectTokens('embed', sequences, { vocab: model.vocab, maxLength: model.maxPositions });
  if (before === '' || settings?.includePrompt !== false) return { sequences, from: 0 };
  return { sequences, from: tokenizerOf(model).encode(before).ids.length - 1 }; // without the token that ends a text
}

function tokenizerOf({ tokenizer }: LoadedModel) {
  if (tokenizer) return tokenizer;
  throw new ResidualError('prompt', 'embed: this model has no tokenizer; give token ids');
}

function promptNamed(name: string, settings: SentenceSettings | undefined): string {
  const prompts = settings?.prompts ?? {};
  if (Object.hasOwn(prompts, name)) return prompts[name]!;
  const names = Object.keys(prompts).join(', ');
  const expected = names === '' ? 'absent, since this checkpoint has none' : `one of ${names}`;
  throw new ResidualError('option', `embed: prompt is ${JSON.stringify(name)}; it must be ${expected}`);
}

function cut(vector: Float32Array, dimensions: number | undefined): Float32Array {
  if (dimensions === undefined) return vector;
  expectInteger('embed', 'dimensions', dimensions, { min: 1, max: vector.length });
  return vector.slice(0, dimensions);
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

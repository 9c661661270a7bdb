import { type Needs, visit } from '@residual/layers';
import { expectInteger, gather, ResidualError, showShape, type Tensor, tensor } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { pathOfName } from '../names/transformer-lens.js';
import { collect } from '../scores/collect.js';

/** A corpus: sequences of token ids, of any lengths; it may come bit by bit. */
export type Corpus = Iterable<readonly number[]> | AsyncIterable<readonly number[]>;

/** Which activations of a corpus are looked at. */
export interface CorpusOptions {
  /**
   * Activations [batch, length, width]: paths such as `decoder.layers.2.mlp.hidden`, also with `*`, or names of
   * TransformerLens such as `blocks.2.mlp.hook_post`.
   */
  readonly names: readonly string[];
  /** Indices of the last axis; all if absent. */
  readonly neurons?: readonly number[];
  /**
   * Makes what is looked at from an activation: [batch, length, width] to [batch, length, features], such as the
   * encoder of a sparse autoencoder. `neurons` are then indices of features.
   */
  readonly transform?: (activation: Tensor, path: string) => Tensor;
  /** How many sequences run at once; 8 if absent. */
  readonly batch?: number;
  /** Called after each batch with the number of sequences so far; `total` is undefined if the corpus is no array. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number | undefined }) => void) | undefined;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** Names of the options in `CorpusOptions`. */
export const corpusOptionNames = {
  names: 1,
  neurons: 0,
  transform: 0,
  batch: 0,
  onProgress: 0,
  signal: 0,
} as const;

/** The activations of one sequence at one path. */
export interface SequenceActivations {
  readonly path: string;
  /** The index of the sequence in the corpus. */
  readonly sequence: number;
  readonly ids: readonly number[];
  /** [length, neurons]. */
  readonly values: Float32Array;
  /** The indices of the neurons, in the order of the values. */
  readonly neurons: readonly number[];
}

/**
 * Visits the activations of a corpus, a batch of sequences at a time. In a causal model shorter sequences of a batch
 * are padded at their end, where nothing sees the padding; in another one a batch has sequences of one length.
 */
export async function eachActivation(
  caller: string,
  model: BoundLayer,
  corpus: Corpus,
  { names, neurons, transform, batch = 8, onProgress, signal }: CorpusOptions,
  onSequence: (activations: SequenceActivations) => void,
): Promise<void> {
  expectInteger(caller, 'batch', batch, { min: 1 });
  if (names.length === 0) throw new ResidualError('option', `${caller}: names is empty; it needs one or more`);
  const select = (x: Tensor, path: string) => selected(caller, path, transform ? transform(x, path) : x, neurons);
  const computations = Object.fromEntries(names.map(name => [pathOfName(name), select]));
  const padded = isCausal(model);
  const total = Array.isArray(corpus) ? corpus.length : undefined;
  let done = 0;
  let waiting: (readonly number[])[] = [];
  const flush = async () => {
    if (waiting.length === 0) return;
    const length = Math.max(...waiting.map(ids => ids.length));
    const input = waiting.map(ids => [...ids, ...Array<number>(length - ids.length).fill(0)]);
    const results = await collect(caller, model, input, computations, signal);
    for (const [path, { values, shape }] of results) {
      const width = shape[2]!;
      for (const [row, ids] of waiting.entries()) {
        const first = row * length * width;
        const indices = neurons ?? Array.from({ length: width }, (_, neuron) => neuron);
        const own = values.subarray(first, first + ids.length * width);
        onSequence({ path, sequence: done + row, ids, values: own, neurons: indices });
      }
    }
    done += waiting.length;
    waiting = [];
    onProgress?.({ done, total });
  };
  for await (const ids of corpus) {
    if (ids.length === 0) throw new ResidualError('option', `${caller}: sequence ${done + waiting.length} is empty`);
    if (!padded && waiting.length > 0 && waiting[0]!.length !== ids.length) await flush();
    waiting.push(ids);
    if (waiting.length === batch) await flush();
  }
  await flush();
}

/** Some neurons of an activation, [batch, length, width] to [batch, length, neurons]. */
function selected(caller: string, path: string, x: Tensor, neurons: readonly number[] | undefined): Tensor {
  if (x.shape.length !== 3)
    throw new ResidualError('shape', `${caller}: ${path} is ${showShape(x.shape)}; neurons are [batch, length, width]`);
  if (!neurons) return x;
  for (const neuron of neurons) expectInteger(caller, 'neuron', neuron, { max: x.shape[2]! - 1, code: 'range' });
  return gather(x, tensor(Int32Array.from(neurons), [neurons.length], 'int32'), 2);
}

/** Whether no position sees later ones. */
function isCausal({ layer }: BoundLayer): boolean {
  let bidirectional = false;
  visit(
    layer as Needs,
    (_, about) => {
      bidirectional ||= about.bidirectional ?? false;
    },
    () => {},
  );
  return !bidirectional;
}

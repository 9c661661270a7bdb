import { emptyScope, type Recorder, record } from '@residual/layers';
import { exp, logSoftmax, mul, recompute, reshape, sub, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import {
  languageModelLoss,
  type Objective,
  type PairBatch,
  sequenceToSequenceLoss,
  type TokenBatch,
} from '@residual/train';
import type { BoundLayer } from '../bound-layer.js';
import { type Anatomy, anatomyOf, logitsOfStream } from '../structure/anatomy.js';
import { streamPaths } from './streams.js';

/** A batch of texts for a language model, or of pairs for an encoder-decoder. */
export type LensBatch = TokenBatch | PairBatch;

/** What the divergence of a lens needs from one run of the model. */
export interface BatchStreams {
  readonly anatomy: Anatomy;
  /** The stream before each block, [sequences, length, modelDim]. */
  readonly streams: readonly Tensor[];
  /** The logarithms of the model's own distributions, [rows, vocab]. */
  readonly target: Tensor;
  /** The weight of each row, [rows]: equal for tokens with a label and 0 for the others; their sum is 1. */
  readonly share: Tensor;
}

/** Runs a model without dropout on a batch and passes its streams to `use`; they are freed afterwards. */
export function withStreams(caller: string, model: BoundLayer, batch: LensBatch, use: (_: BatchStreams) => Tensor) {
  const anatomy = anatomyOf(caller, model);
  const paths = streamPaths(anatomy);
  const recorder = record(paths, emptyScope, caller);
  try {
    return tidy(() => {
      objectiveOf(model).loss(model.weights, batch, recorder.scope); // it knows padding and packed documents
      return use(streamsOf(anatomy, paths, recorder, batch));
    });
  } finally {
    recorder.dispose();
  }
}

/** How many tokens of a batch count. */
export function tokensOf(model: BoundLayer, batch: LensBatch): number {
  return objectiveOf(model).tokens!(batch);
}

function objectiveOf({ layer }: BoundLayer): Objective<unknown, LensBatch> {
  const isPair = 'encode' in layer;
  return (isPair ? sequenceToSequenceLoss(layer as never) : languageModelLoss(layer as never)) as never;
}

function streamsOf(anatomy: Anatomy, paths: readonly string[], { values }: Recorder, { labels }: LensBatch) {
  const streams = paths.map(path => values.get(path)!);
  const target = logSoftmax(rowsOf(logitsOfStream(anatomy, streams.at(-1)!)));
  const counts = Float32Array.from(labels, label => (label < 0 ? 0 : 1));
  const total = counts.reduce((all, count) => all + count, 0) || 1;
  return { anatomy, streams: streams.slice(0, -1), target, share: mul(tensor(counts, [counts.length]), 1 / total) };
}

/**
 * The mean Kullback-Leibler divergence KL(model ‖ lens) of a stream, in nats, as a tensor of shape []: `read` makes of
 * the stream what goes to the final norm and the head, from weights that may need a gradient. The logits are computed
 * again in the backward pass, so that those of one layer at a time take memory.
 */
export function divergence<Tree>(
  { anatomy, target, share }: BatchStreams,
  stream: Tensor,
  read: (weights: Tree, stream: Tensor) => Tensor,
  weights: Tree,
): Tensor {
  return recompute(
    tree => {
      const logprobs = logSoftmax(rowsOf(logitsOfStream(anatomy, read(tree.weights, tree.stream))));
      const rows = sum(mul(exp(tree.target), sub(tree.target, logprobs)), { axis: 1 });
      return sum(mul(rows, tree.share));
    },
    { weights, stream, target, share },
  );
}

function rowsOf(logits: Tensor): Tensor {
  return reshape(logits, [-1, logits.shape.at(-1)!]);
}

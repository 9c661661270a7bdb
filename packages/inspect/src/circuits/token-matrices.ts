import type { AnyLayer } from '@residual/layers';
import {
  add,
  concat,
  linear,
  matMul,
  reshape,
  sliceAxis,
  sub,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { type Anatomy, anatomyOf } from '../structure/anatomy.js';

/** How many tokens are embedded at once. */
const chunkSize = 4096;

/** W_E Wᵀ: the embedding of every token, without positions, through W [rows, modelDim]: [vocab, rows]. */
export function embeddingThrough(caller: string, model: BoundLayer, matrix: Tensor): Tensor {
  const chunks = embeddingChunks(caller, model, vectors => linear(vectors, matrix));
  return chunks.length === 1 ? chunks[0]! : concat(chunks, 0);
}

/** X W_E of X [rows, vocab]: [rows, modelDim]. */
export function timesEmbedding(caller: string, model: BoundLayer, x: Tensor): Tensor {
  const parts = embeddingChunks(caller, model, (vectors, first) =>
    matMul(sliceAxis(x, 1, first, vectors.shape[0]!), vectors),
  );
  return parts.reduce((sum, part) => add(sum, part));
}

/** X W_U of vectors X [rows, modelDim], without the bias of the head: [rows, vocab]. */
export function unembedding({ unembed, modelDim }: Anatomy, vectors: Tensor): Tensor {
  const rows = vectors.shape[0]!;
  const logits = unembed(concat([vectors, zeros([1, modelDim])], 0)); // those of 0 are the bias
  return sub(sliceAxis(logits, 0, 0, rows), sliceAxis(logits, 0, rows, 1));
}

/** Computes a tensor from the vectors [tokens, modelDim] of each range of tokens. */
function embeddingChunks(
  caller: string,
  model: BoundLayer,
  compute: (vectors: Tensor, first: number) => Tensor,
): Tensor[] {
  const { vocab, modelDim } = anatomyOf(caller, model);
  const { embed, weights } = embeddingOf(model);
  return Array.from({ length: Math.ceil(vocab / chunkSize) }, (_, chunk) =>
    tidy(() => {
      const first = chunk * chunkSize;
      const ids = Int32Array.from({ length: Math.min(chunkSize, vocab - first) }, (_, i) => first + i);
      const vectors = embed(weights, tensor(ids, [1, ids.length], 'int32'));
      return compute(reshape(vectors, [ids.length, modelDim]), first);
    }),
  );
}

/** The token embedding that the decoder of the model reads, with its weights. */
function embeddingOf({ layer, weights }: BoundLayer): { embed: AnyLayer<Tensor, Tensor>; weights: unknown } {
  const { target, source, embedding } = layer.needs as Readonly<Record<string, { embedding?: AnyLayer } & AnyLayer>>;
  if (target?.embedding) return { embed: target.embedding, weights: weights.target.embedding };
  if (source?.embedding) return { embed: source.embedding, weights: weights.source.embedding };
  return { embed: embedding!, weights: weights.embedding };
}

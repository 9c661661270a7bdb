import { bind, expectSameWidth, layer } from '@residual/layers';
import {
  add,
  expectOptions,
  greaterEqual,
  maximum,
  minimum,
  mul,
  reshape,
  scalarMinus,
  sub,
  type Tensor,
  tidy,
  toFloat,
} from '@residual/tensor';
import type { TokenEmbedding } from './token.js';

/** The parts of `joinedEmbedding`. */
export interface JoinedEmbeddingParts {
  /** The tokens from 0 on, which the model reads and writes. */
  readonly written: TokenEmbedding;
  /** The tokens behind them, which the model only reads, such as the words of a prompt. */
  readonly read: TokenEmbedding;
}

/**
 * Two token embeddings as one: ids int32 [batch, length] to vectors [batch, length, dim], from `written` up to its last
 * token and from `read` beyond. A head, tied or not, has logits for the tokens of `written` alone. The weights of
 * `written` lie where its own would, those of `read` at `read`. Errors if the widths differ.
 */
export function joinedEmbedding(parts: JoinedEmbeddingParts): TokenEmbedding {
  expectOptions('joinedEmbedding', parts, { written: 1, read: 1 });
  const { written, read } = parts;
  expectSameWidth('joinedEmbedding', { written, read });
  const first = written.vocab;
  const lookUp = layer(
    { ...written.needs, read },
    (w, ids: Tensor, scope) =>
      tidy(() => {
        const isRead = reshape(toFloat(greaterEqual(ids, first)), [...ids.shape, 1]);
        const ofWritten = written(w, minimum(ids, first - 1), scope);
        const ofRead = bind({ read }, w, scope).read(maximum(sub(ids, first), 0));
        return add(mul(ofWritten, scalarMinus(1, isRead)), mul(ofRead, isRead));
      }),
    { name: 'joinedEmbedding', outDim: written.dim },
  );
  const { toTable } = written;
  const sizes = { vocab: first + read.vocab, dim: written.dim, readOnlyTokens: read.vocab };
  return Object.assign(lookUp, { ...sizes, ...(toTable && { toTable }) }) as unknown as TokenEmbedding;
}

import { keyRange } from '@residual/attention';
import { type Layer, layer, type Scope } from '@residual/layers';
import {
  add,
  div,
  equal,
  expectOptions,
  fill,
  gather,
  greater,
  less,
  max,
  mul,
  notEqual,
  ResidualError,
  range,
  reshape,
  scalarMinus,
  sliceAxis,
  sum,
  type Tensor,
  toFloat,
  toInt,
} from '@residual/tensor';
import { textIds } from './with-head.js';

/** A layer without weights from the hidden states of a text to one vector: [batch, length, dim] to [batch, dim]. */
export interface TextPooling extends Layer<Record<never, never>, Tensor, Tensor> {}

/** The vector of the first token, such as `[CLS]` in BERT. */
export function firstToken(): TextPooling {
  return layer({}, (_, x: Tensor) => reshape(sliceAxis(x, 1, 0, 1), [x.shape[0]!, -1]), { name: 'firstToken' });
}

/** The mean of the tokens before the padding on the right, which `keyEnd` of the slot `keyRange` holds. */
export function meanOfTokens(): TextPooling {
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const mask = reshape(tokenMask(x, scope), [x.shape[0]!, x.shape[1]!, 1]);
      return div(sum(mul(x, mask), { axis: 1 }), sum(mask, { axis: 1 }));
    },
    { name: 'meanOfTokens' },
  );
}

/**
 * The vector of the last token, for causal models: the last one whose id in the slot `textIds` is not `padTokenId`, and
 * that is before the padding on the right. Without `padTokenId` only the latter counts.
 */
export function lastToken(options: { readonly padTokenId?: number | undefined } = {}): TextPooling {
  expectOptions('lastToken', options, { padTokenId: 0 });
  const { padTokenId } = options;
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const [batch, length, dim] = x.shape as [number, number, number];
      const ids = scope.get(textIds);
      const inRange = tokenMask(x, scope);
      const mask = padTokenId === undefined || !ids ? inRange : mul(inRange, toFloat(notEqual(ids, padTokenId)));
      const last = max(mul(mask, toFloat(reshape(range(length), [1, length]))), { axis: 1 }); // [batch]
      const rows = add(toInt(last), mulInt(range(batch), length));
      return gather(reshape(x, [batch * length, dim]), rows, 0);
    },
    { name: 'lastToken' },
  );
}

/**
 * The vector of the first token with an id in the slot `textIds`, such as the one that ends a text in CLIP; without
 * `tokenId` that of the first token with the largest id of its text. The first token if no token has the id. Errors
 * without `textIds`.
 */
export function tokenWithId(options: { readonly tokenId?: number | undefined } = {}): TextPooling {
  expectOptions('tokenWithId', options, { tokenId: 0 });
  const { tokenId } = options;
  return layer(
    {},
    (_, x: Tensor, scope) => {
      const [batch, length, dim] = x.shape as [number, number, number];
      const ids = scope.get(textIds);
      if (!ids) throw new ResidualError('fit', `tokenWithId: at '${scope.path}' there are no textIds`);
      const found = toFloat(equal(ids, tokenId ?? max(ids, { axis: 1, keepDims: true })));
      const fromEnd = max(mul(found, toFloat(reshape(scalarMinus(length, range(length)), [1, length]))), { axis: 1 });
      const first = mul(toFloat(greater(fromEnd, 0)), scalarMinus(length, fromEnd)); // [batch]
      return gather(reshape(x, [batch * length, dim]), add(toInt(first), mulInt(range(batch), length)), 0);
    },
    { name: 'tokenWithId' },
  );
}

const mulInt = (x: Tensor, factor: number) => toInt(mul(toFloat(x), factor));

/** 1 for the tokens before the padding on the right, else 0: [batch, length]. */
function tokenMask(x: Tensor, scope: Scope): Tensor {
  const [batch, length] = x.shape as [number, number, number];
  const end = scope.get(keyRange)?.keyEnd;
  if (!end) return fill([batch, length], 1);
  return toFloat(less(reshape(range(length), [1, length]), reshape(end, [batch, 1])));
}

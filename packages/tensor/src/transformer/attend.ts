import { expectShape, ResidualError, showShape } from '../errors.js';
import { type Op, run } from '../op.js';
import { range } from '../ops/create.js';
import { add, mul, scalarMinus, square, sub, tanh } from '../ops/elementwise.js';
import { matMul } from '../ops/mat-mul.js';
import { softmax, sum, sumTo } from '../ops/reduce.js';
import { reshape } from '../ops/shape.js';
import { type Tensor, tidy } from '../tensor.js';
import { embed } from './embed.js';
import { type Extent, type Visibility, visibleKeys } from './visible.js';

/** What attention reads: heads [batch, heads | kvHeads, length, headDim], an additive bias, and which keys are filled. */
export interface AttendInputs extends Extent {
  /** [batch, heads, queryLen, headDim]. */
  readonly query: Tensor;
  /** [batch, kvHeads, keyLen, headDim]; query head h reads key head floor(h · kvHeads / heads). */
  readonly key: Tensor;
  /** [batch, kvHeads, keyLen, valueDim]. */
  readonly value: Tensor;
  /** Added to the scores before the softmax: [1 | batch, 1 | heads, 1 | queryLen, keyLen]. */
  readonly bias?: Tensor;
  /** The batch row that key and value of each place are read from, int32 [batch, keyLen]: beams reorder by this, not by moving rows. */
  readonly source?: Tensor;
}

/** How scores are made: scaled, then bounded by softCap · tanh(score / softCap) if `softCap` is above 0, then restricted to visible keys. */
export interface AttendOptions extends Visibility {
  /** 1 / √headDim if absent. */
  readonly scale?: number;
  readonly softCap?: number;
}

type Attributes = { scale: number; causal: boolean; window: number; softCap: number };
type Inputs = { [Name in keyof AttendInputs]: Tensor | undefined } & Pick<AttendInputs, 'query' | 'key' | 'value'>;

const attendOp: Op<Inputs, Attributes> = {
  name: 'residual.attend',
  compose: (inputs, attributes) => {
    const weights = attentionWeights(scoresOf(inputs, attributes), visibleTo(inputs, attributes));
    return attentionValues(weights, fromSource(inputs.value, inputs.source));
  },
  saves: ['query', 'key', 'value', 'bias', 'position', 'keyStart', 'keyLength', 'source'],
  gradient: (dy, { saved, shapes, attributes }) => {
    if (saved.source) throw new ResidualError('gradient', 'attend: keys read through `source` have no gradient');
    const found = attendGradient(dy, saved as Inputs, attributes, shapes.bias);
    return { query: () => found.query, key: () => found.key, value: () => found.value, bias: () => found.bias! };
  },
};

/**
 * softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim] (Vaswani et al. 2017). A hidden key gets weight 0, a
 * query that may see no key gives zeros. Kernels never hold [heads, queryLen, keyLen].
 */
export function attend(inputs: AttendInputs, options: AttendOptions = {}): Tensor {
  expectHeads('attend', inputs);
  return run(attendOp, { ...inputs } as Inputs, attributesOf(inputs.query, options));
}

/** The scores before the softmax, scaled, capped and with bias, hidden keys included: [batch, heads, queryLen, keyLen]. */
export function attentionScores(inputs: AttendInputs, options: AttendOptions = {}): Tensor {
  expectHeads('attentionScores', inputs);
  return tidy(() => scoresOf(inputs as Inputs, attributesOf(inputs.query, options)));
}

/** softmax over the visible keys of scores [batch, heads, queryLen, keyLen]; `visible` as `visibleKeys` gives it. */
export function attentionWeights(scores: Tensor, visible?: Tensor): Tensor {
  if (!visible) return softmax(scores);
  return tidy(() => mul(softmax(add(scores, mul(scalarMinus(1, visible), hidden))), visible));
}

/** The values mixed by weights: [batch, heads, queryLen, keyLen] and [batch, kvHeads, keyLen, valueDim] to [batch, heads, queryLen, valueDim]. */
export function attentionValues(weights: Tensor, value: Tensor): Tensor {
  const [batch, heads, queryLen] = weights.shape as [number, number, number, number];
  return tidy(() =>
    reshape(matMul(grouped(weights, value.shape[1]!), value), [batch, heads, queryLen, value.shape[3]!]),
  );
}

const hidden = -1e9;

function scoresOf({ query, key, bias, source }: Inputs, { scale, softCap }: Attributes): Tensor {
  const [batch, heads, queryLen] = query.shape as [number, number, number, number];
  const keys = fromSource(key, source);
  const products = matMul(grouped(query, key.shape[1]!), keys, { transposeB: true });
  const scaled = mul(reshape(products, [batch, heads, queryLen, key.shape[2]!]), scale);
  const capped = softCap > 0 ? mul(tanh(mul(scaled, 1 / softCap)), softCap) : scaled;
  return bias ? add(capped, bias) : capped;
}

function attendGradient(dy: Tensor, inputs: Inputs, attributes: Attributes, biasShape?: number[]) {
  const { query, key, value } = inputs;
  const { scale, softCap } = attributes;
  const kvHeads = key.shape[1]!;
  const weights = attentionWeights(scoresOf(inputs, attributes), visibleTo(inputs, attributes));
  const [w, d] = [grouped(weights, kvHeads), grouped(dy, kvHeads)];
  const upstream = matMul(d, value, { transposeB: true });
  const scores = mul(w, sub(upstream, sum(mul(w, upstream), { axis: -1, keepDims: true })));
  const bias = biasShape && sumTo(reshape(scores, weights.shape), biasShape);
  const raw = mul(softCap > 0 ? mul(scores, capSlope(inputs, attributes, w.shape)) : scores, scale);
  return {
    query: reshape(matMul(raw, key), query.shape),
    key: matMul(raw, grouped(query, kvHeads), { transposeA: true }),
    value: matMul(w, d, { transposeA: true }),
    bias,
  };
}

/** The slope of c tanh(s / c): 1 - tanh²(s / c). */
function capSlope(inputs: Inputs, attributes: Attributes, shape: number[]): Tensor {
  const capped = scoresOf({ ...inputs, bias: undefined }, attributes);
  return reshape(scalarMinus(1, square(mul(capped, 1 / attributes.softCap))), shape);
}

function visibleTo({ query, key, ...extent }: Inputs, attributes: Attributes): Tensor | undefined {
  return visibleKeys(query.shape[2]!, key.shape[2]!, attributes, extent as Extent);
}

/** Query heads that share a key head as more rows of it: [batch, heads, rows, width] to [batch, kvHeads, group · rows, width]. */
function grouped(x: Tensor, kvHeads: number): Tensor {
  const [batch, heads, rows, width] = x.shape as [number, number, number, number];
  return heads === kvHeads ? x : reshape(x, [batch, kvHeads, (heads / kvHeads) * rows, width]);
}

/** Rows of the cache in the order of `source`: [batch, kvHeads, keyLen, width]. */
function fromSource(x: Tensor, source: Tensor | undefined): Tensor {
  if (!source) return x;
  const [batch, kvHeads, keyLen, width] = x.shape as [number, number, number, number];
  const head = reshape(range(kvHeads), [1, kvHeads, 1]);
  const place = reshape(range(keyLen), [1, 1, keyLen]);
  const row = add(mul(add(mul(reshape(source, [batch, 1, keyLen]), kvHeads), head), keyLen), place);
  return reshape(embed(reshape(x, [batch * kvHeads * keyLen, width]), reshape(row, [-1])), x.shape);
}

function attributesOf(query: Tensor, { scale, causal = false, window = 0, softCap = 0 }: AttendOptions): Attributes {
  return { scale: scale ?? 1 / Math.sqrt(query.shape[3]!), causal, window, softCap };
}

function expectHeads(name: string, { query, key, value, bias }: AttendInputs): void {
  const [batch, heads, queryLen, headDim] = query.shape;
  const [, kvHeads, keyLen] = key.shape;
  const fits =
    [query, key, value].every(x => x.shape.length === 4 && x.shape[0] === batch) &&
    key.shape[3] === headDim &&
    value.shape[1] === kvHeads &&
    value.shape[2] === keyLen &&
    heads! % kvHeads! === 0;
  expectShape(
    fits,
    () =>
      `${name}: query ${showShape(query.shape)}, key ${showShape(key.shape)} and value ${showShape(value.shape)} do not fit; they are [batch, heads | kvHeads, length, headDim] and kvHeads divides heads`,
  );
  const axes = [batch, heads, queryLen, keyLen];
  expectShape(
    !bias || (bias.shape.length === 4 && bias.shape.every((n, i) => n === axes[i] || (n === 1 && i < 3))),
    () => `${name}: bias ${showShape(bias!.shape)} does not broadcast to ${showShape(axes as number[])}`,
  );
}

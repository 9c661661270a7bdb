import { ResidualError } from '../errors.js';
import { mul, sub } from '../ops/arithmetic.js';
import { matMul } from '../ops/mat-mul.js';
import { type GradientContext, type InputGradients, type Op, runOp } from '../ops/op.js';
import { reshape } from '../ops/shape.js';
import { sum, sumTo } from '../ops/sum.js';
import { type Tensor, tidy } from '../tensor.js';
import {
  attentionValues,
  attentionWeights,
  capDerivative,
  cappedScores,
  groupQueryHeads,
  penaltyOf,
  reorderCache,
  withBias,
} from './attend-steps.js';
import type { PackedCacheForm } from './cache-form.js';
import { applyDropout, type DropoutAttributes, dropoutAttributes, type RandomStream } from './dropout.js';
import { expectAttend } from './expect-attend.js';
import { attentionMask, type KeyRange, type MaskOptions } from './mask.js';
import { type CacheTensor, isPackedCache, unpackCache, unpackWords } from './packed-cache.js';

/** Inputs of `attend`: query, key and value heads, an additive bias, and the range of keys. */
export interface AttendInputs extends KeyRange {
  /** [batch, heads, queryLen, headDim]. */
  readonly query: Tensor;
  /** [batch, kvHeads, keyLen, headDim]; query head h reads key head floor(h · kvHeads / heads). */
  readonly key: CacheTensor;
  /** [batch, kvHeads, keyLen, valueDim]. */
  readonly value: CacheTensor;
  /** Added to the scores before the softmax: [1 | batch, 1 | heads, 1 | queryLen, keyLen]. */
  readonly bias?: Tensor;
  /**
   * The batch row that each key and value is read from, int32 [batch, keyLen]; beam search reorders a cache by this
   * table.
   */
  readonly beamIndices?: Tensor;
}

/** Settings of `attend`: scores are scaled, then capped, then masked. */
export interface AttendOptions extends MaskOptions {
  /** What scores are multiplied by; 1 / √headDim if absent. */
  readonly scale?: number;
  /** Bounds scores to softCap · tanh(score / softCap); 0 or absent for no bound. */
  readonly softCap?: number;
  /** Dropout on the attention weights, as in `dropout`. */
  readonly dropout?: RandomStream & { readonly rate: number };
}

/** The attributes that kernels of `residual.attend` get. */
export type AttendAttributes = { scale: number; causal: boolean; window: number; softCap: number };
/** The inputs of `residual.attend`, and of `residual.packedAttend`: there key and value are words of packed caches. */
export type AttendOpInputs = { [Name in keyof AttendInputs]: Tensor | undefined } & {
  readonly [Name in 'query' | 'key' | 'value']: Tensor;
};
/** The attributes of `residual.packedAttend`; the headDim is that of the query. */
export type PackedAttendAttributes = AttendAttributes & {
  readonly form: PackedCacheForm;
  readonly valueDim: number;
};
type Inputs = AttendOpInputs;
type Attributes = AttendAttributes & { dropout?: DropoutAttributes };
type Attend = Op<Inputs, Attributes>;

const saves: Attend['saves'] = ['query', 'key', 'value', 'bias', 'position', 'keyStart', 'keyEnd', 'beamIndices'];

const attendOp: Attend = { name: 'residual.attend', compose: forward, saves, gradient: backward };

/** A separate op, so that kernels of `residual.attend` need not support dropout. */
const attendDropoutOp: Attend = { name: 'residual.attendDropout', compose: forward, saves, gradient: backward };

const packedAttendOp: Op<Inputs, PackedAttendAttributes> = {
  name: 'residual.packedAttend',
  compose: ({ key, value, ...others }, { form, valueDim, ...attributes }) =>
    tidy(() => {
      const unpacked = {
        key: unpackWords(key, form, others.query.shape[3]!),
        value: unpackWords(value, form, valueDim),
      };
      return runOp(attendOp, { ...others, ...unpacked }, attributes);
    }),
};

/**
 * Attention, softmax(query keyᵀ · scale + bias) value over the visible keys: [batch, heads, queryLen, valueDim]
 * (Vaswani et al. 2017). Masked keys have weight 0, and a query without a visible key gives zeros. Kernels need not
 * hold the scores [heads, queryLen, keyLen]. Keys and values of packed caches count as the numbers that they mean; they
 * have no gradient. Errors if the inputs do not fit.
 */
export function attend(inputs: AttendInputs, options: AttendOptions = {}): Tensor {
  const { query, key, value, bias, position, keyStart, keyEnd, beamIndices } = inputs;
  expectAttend('attend', inputs, options);
  const { chunk = 0, ...withoutChunk } = options;
  if (chunk > 0) return tidy(() => attend({ ...inputs, bias: hideOtherChunks(inputs, chunk) }, withoutChunk));
  const others = { query, bias, position, keyStart, keyEnd, beamIndices };
  const attributes = attributesOf(query, options);
  const dropout = options.dropout?.rate ? options.dropout : undefined;
  if (!dropout && isPackedCache(key) && isPackedCache(value) && key.form === value.form) {
    const packed = { form: key.form, valueDim: value.shape[3]! };
    return runOp(packedAttendOp, { ...others, key: key.words, value: value.words }, { ...attributes, ...packed });
  }
  return tidy(() => {
    const opInputs: Inputs = { ...others, key: unpackCache(key), value: unpackCache(value) };
    if (!dropout) return runOp(attendOp, opInputs, attributes);
    const { rate, ...stream } = dropout;
    return runOp(attendDropoutOp, opInputs, { ...attributes, dropout: dropoutAttributes('attend', rate, stream) });
  });
}

/** The bias with a penalty for the keys of other chunks, so that kernels need not know of chunks. */
function hideOtherChunks({ query, key, bias, position, keyStart }: AttendInputs, chunk: number): Tensor {
  const range = { ...(position && { position }), ...(keyStart && { keyStart }) };
  return withBias(penaltyOf(attentionMask(query.shape[2]!, key.shape[2]!, { chunk }, range)!), bias);
}

/** The scores before mask and softmax, scaled, capped and with bias: [batch, heads, queryLen, keyLen]. */
export function attentionScores(inputs: AttendInputs, options: AttendOptions = {}): Tensor {
  expectAttend('attentionScores', inputs, options);
  const { query, key, beamIndices, bias } = inputs;
  return tidy(() =>
    withBias(cappedScores({ query, key: unpackCache(key), beamIndices }, attributesOf(query, options)), bias),
  );
}

function forward(inputs: Inputs, attributes: Attributes): Tensor {
  const weights = tidy(() =>
    attentionWeights(
      tidy(() => withBias(cappedScores(inputs, attributes), inputs.bias)),
      maskOf(inputs, attributes),
    ),
  );
  const { dropout } = attributes;
  return attentionValues(
    dropout ? applyDropout(weights, dropout) : weights,
    reorderCache(inputs.value, inputs.beamIndices),
  );
}

function backward(
  dy: Tensor,
  { saved, shapes, attributes }: GradientContext<Inputs, Attributes>,
): InputGradients<Inputs> {
  if (saved.beamIndices)
    throw new ResidualError('gradient', 'attend: keys read through `beamIndices` have no gradient');
  const { query, key, value } = saved;
  const { scale, softCap, dropout } = attributes;
  const kvHeads = key.shape[1]!;
  const withDropout = (x: Tensor) => (dropout ? applyDropout(x, dropout) : x);
  const capped = cappedScores(saved, attributes);
  const weights = attentionWeights(withBias(capped, saved.bias), maskOf(saved as Inputs, attributes));
  const [w, d] = [groupQueryHeads(weights, kvHeads), groupQueryHeads(dy, kvHeads)];
  const scores = once(() =>
    tidy(() => {
      const upstream = withDropout(matMul(d, value, { transposeB: true }));
      return mul(w, sub(upstream, sum(mul(w, upstream), { axis: -1, keepDims: true })));
    }),
  );
  const rawScores = once(() => {
    const derivative = softCap > 0 ? mul(scores(), reshape(capDerivative(capped, softCap), w.shape)) : scores();
    return mul(derivative, scale);
  });
  return {
    query: () => reshape(matMul(rawScores(), key), query.shape),
    key: () => matMul(rawScores(), groupQueryHeads(query, kvHeads), { transposeA: true }),
    value: () => matMul(withDropout(w), d, { transposeA: true }),
    bias: () => sumTo(reshape(scores(), weights.shape), shapes.bias),
  };
}

function maskOf({ query, key, ...keyRange }: Inputs, attributes: Attributes): Tensor | undefined {
  return attentionMask(query.shape[2]!, key.shape[2]!, attributes, keyRange as KeyRange);
}

function attributesOf(query: Tensor, options: AttendOptions): AttendAttributes {
  const { scale = 1 / Math.sqrt(query.shape[3]!), causal = false, window = 0, softCap = 0 } = options;
  return { scale, causal, window, softCap };
}

/** Calls `make` on the first call only, and returns its result on each. */
function once<Result>(make: () => Result): () => Result {
  let cached: { result: Result } | undefined;
  return () => {
    cached ??= { result: make() };
    return cached.result;
  };
}

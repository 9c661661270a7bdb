import {
  add,
  argMax,
  embed,
  expectInteger,
  expectOptions,
  expectShape,
  matMul,
  reshape,
  rmsNorm,
  showShape,
  stopGradient,
  sub,
  type Tensor,
  tidy,
} from '@residual/tensor';
import { type Layer, layer } from './layer.js';
import { type VectorNeed, vector, type Weights } from './needs.js';

/** Settings of `vectorQuantizer`. */
export interface VectorQuantizerOptions {
  /** The number of vectors in the codebook. */
  readonly codes: number;
  /** Their width. */
  readonly dim: number;
}

/** What `quantize` gives; both floats carry gradients, `quantized` to the codebook alone. */
export interface Quantized {
  /** The input, each vector with a root mean square of 1: [..., dim]. */
  readonly vectors: Tensor;
  /** The nearest vectors of the codebook, which have the same length: [..., dim]. */
  readonly quantized: Tensor;
  /** Their indices: int32 [...]. */
  readonly codes: Tensor;
}

/** The layer of `vectorQuantizer`, with codebook [codes, dim]. */
export interface VectorQuantizer extends Layer<{ readonly codebook: VectorNeed }, Tensor, Tensor> {
  readonly codes: number;
  readonly dim: number;
  /** The nearest vectors of x [..., dim] and their codes. The caller owns the three tensors. */
  readonly quantize: (weights: QuantizerWeights, x: Tensor) => Quantized;
  /** The vectors of codes int32 [...]: [..., dim]. */
  readonly lookUp: (weights: QuantizerWeights, codes: Tensor) => Tensor;
}

type QuantizerWeights = Weights<{ readonly codebook: VectorNeed }>;

/** So that a vector of zeros stays one. */
const epsilon = 1e-6;

/**
 * Replaces vectors by the nearest ones of a codebook (van den Oord et al. 2017): x [..., dim] to the same. All vectors
 * are compared and used with a root mean square of 1, so that the nearest is the one with the largest cosine (Yu et al.
 * 2022). The gradient passes straight through to x; that of the codebook comes from a loss on what `quantize` gives.
 */
export function vectorQuantizer(options: VectorQuantizerOptions): VectorQuantizer {
  expectOptions('vectorQuantizer', options, { codes: 1, dim: 1 });
  const { codes, dim } = options;
  for (const [name, value] of Object.entries({ codes, dim })) expectInteger('vectorQuantizer', name, value, { min: 1 });
  const quantize = (w: QuantizerWeights, x: Tensor): Quantized => {
    expectShape(
      x.shape.length > 0 && x.shape.at(-1) === dim,
      () => `vectorQuantizer: x ${showShape(x.shape)} is not [..., ${dim}]`,
    );
    return tidy(() => {
      const vectors = ofOneLength(x);
      const codebook = ofOneLength(w.codebook);
      const cosines = matMul(reshape(vectors, [-1, dim]), codebook, { transposeB: true });
      const nearest = reshape(argMax(cosines), x.shape.slice(0, -1));
      return { vectors, quantized: embed(codebook, nearest), codes: nearest };
    });
  };
  const quantizer = layer(
    { codebook: { ...vector([codes, dim]), initializer: { kind: 'normal', std: 1 } } as VectorNeed },
    (w, x: Tensor) => {
      const { vectors, quantized } = quantize(w, x);
      return add(vectors, stopGradient(sub(quantized, vectors)));
    },
    { name: 'vectorQuantizer', inDim: dim, outDim: dim, flops: () => 2 * codes * dim },
  );
  const lookUp = (w: QuantizerWeights, ids: Tensor) => tidy(() => embed(ofOneLength(w.codebook), ids));
  return Object.assign(quantizer, { codes, dim, quantize, lookUp });
}

/** Vectors with a root mean square of 1. */
function ofOneLength(x: Tensor): Tensor {
  return rmsNorm(x, undefined, epsilon);
}

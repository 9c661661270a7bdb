import { type AnyLayer, batchNorm, bind, convolution1d, layer, layerNorm, linear, sequential } from '@residual/layers';
import type { AnyActivation } from '@residual/mlp';
import { add, concat, mul, sigmoid, split, type Tensor } from '@residual/tensor';
import type { TensorLayer } from '@residual/transformer';
import { activationLayer } from '../encoders/bert-parts.js';
import { sinusoidRelation } from './relations.js';
import { relativeAttention } from './relative-attention.js';

/** Settings of `conformerBlock`. */
export interface ConformerBlockOptions {
  /** Width of the residual stream. */
  readonly modelDim: number;
  /** Number of heads. */
  readonly heads: number;
  /** Width inside the two mlps. */
  readonly hiddenDim: number;
  /** The window of the convolutions of the two mlps. */
  readonly mlpKernel: number;
  /** The window of the depthwise convolution. */
  readonly kernelSize: number;
  /** The activation after the depthwise convolution. */
  readonly activation: AnyActivation;
  /** Whether the convolution module has biases. */
  readonly convolutionBias: boolean;
  /** Whether an mlp of half weight comes before the attention too. */
  readonly macaron: boolean;
  /** Whether norms come before their parts; after the sum otherwise. */
  readonly normsFirst: boolean;
  /** Whether the attention's output is joined with its input by a matrix, instead of being taken as it is. */
  readonly joins: boolean;
}

/**
 * The block of a Conformer (Gulati et al. 2020) as FastSpeech2Conformer has it: x [batch, length, modelDim] to the
 * same. Mlps of convolutions around an attention with relative positions and a convolution module. The slot
 * `offsetSinusoids` holds the sinusoids of all offsets.
 */
export function conformerBlock(options: ConformerBlockOptions): TensorLayer {
  const { modelDim, heads, macaron, normsFirst, joins } = options;
  const norm = layerNorm({ dim: modelDim });
  const parts = {
    macaronNorm: macaron ? norm : undefined,
    macaron: macaron ? convolutionMlp(options) : undefined,
    attentionNorm: norm,
    attention: relativeAttention({ modelDim, heads, relation: sinusoidRelation(modelDim, heads) }),
    join: joins ? linear({ in: 2 * modelDim, out: modelDim }) : undefined,
    convolutionNorm: norm,
    convolution: convolutionModule(options),
    mlpNorm: norm,
    mlp: convolutionMlp(options),
    outputNorm: norm,
  };
  return layer(
    parts as Readonly<Record<string, AnyLayer | undefined>>,
    (w, x: Tensor, scope) => {
      const part = bind(parts, w as never, scope);
      /** The sum of x and an output of a part, with its norm before the part or after the sum. */
      const residual = (y: Tensor, normed: (y: Tensor) => Tensor, run: (y: Tensor) => Tensor, scale = 1) => {
        const output = run(normsFirst ? normed(y) : y);
        const sum = add(y, scale === 1 ? output : mul(output, scale));
        return normsFirst ? sum : normed(sum);
      };
      const attend = (y: Tensor) => {
        const attended = part.attention(y);
        return joins ? part.join(concat([y, attended], 2)) : attended;
      };
      let y = macaron ? residual(x, part.macaronNorm, part.macaron, 0.5) : x;
      y = residual(y, part.attentionNorm, attend);
      y = residual(y, part.convolutionNorm, part.convolution);
      y = residual(y, part.mlpNorm, part.mlp, macaron ? 0.5 : 1);
      return part.outputNorm(y);
    },
    { name: 'conformerBlock', inDim: modelDim, outDim: modelDim, bidirectional: true },
  );
}

/** The mlp of FastSpeech: convolutions in the place of matrices. */
function convolutionMlp({ modelDim, hiddenDim, mlpKernel }: ConformerBlockOptions) {
  const padding = (mlpKernel - 1) / 2;
  return sequential({
    up: convolution1d({ in: modelDim, out: hiddenDim, kernelSize: mlpKernel, padding }),
    activation: activationLayer('relu'),
    down: convolution1d({ in: hiddenDim, out: modelDim, kernelSize: mlpKernel, padding }),
  });
}

/** A gated expansion, a depthwise convolution, a batch norm and a projection: [batch, length, modelDim] to the same. */
function convolutionModule(options: ConformerBlockOptions): TensorLayer {
  const { modelDim, kernelSize, convolutionBias: bias, activation } = options;
  const around = (kernelSize - 1) / 2;
  return sequential({
    gate: convolution1d({ in: modelDim, out: 2 * modelDim, kernelSize: 1, bias }),
    gated: layer({}, (_, x: Tensor) => gatedLinearUnit(x), { name: 'gatedLinearUnit', outDim: modelDim }),
    depthwise: convolution1d({ in: modelDim, out: modelDim, kernelSize, padding: around, groups: modelDim, bias }),
    norm: batchNorm({ dim: modelDim }),
    activation: activationLayer(activation),
    output: convolution1d({ in: modelDim, out: modelDim, kernelSize: 1, bias }),
  });
}

/** a · sigmoid(b) for the halves a and b of x (Dauphin et al. 2017): [..., 2 · dim] to [..., dim]. */
function gatedLinearUnit(x: Tensor): Tensor {
  const [a, b] = split(x, 2) as [Tensor, Tensor];
  return mul(a, sigmoid(b));
}

import { expectShape, showShape } from '../../errors.js';
import { add, mul } from '../../ops/arithmetic.js';
import { zeros } from '../../ops/create.js';
import { type NoAttributes, type Op, runOp } from '../../ops/op.js';
import { concat, reshape, sliceAxis } from '../../ops/shape.js';
import { type Tensor, tidy } from '../../tensor.js';

/** The inputs of `residual.causalConvolution`. */
export type CausalConvolutionInputs = {
  /** [batch, length, dim]. */
  readonly x: Tensor;
  /** [dim, kernelSize]; the last entry is for the current position. */
  readonly weight: Tensor;
  /** [dim]. */
  readonly bias?: Tensor | undefined;
  /** The inputs before x, [batch, kernelSize - 1, dim]; zeros if absent. */
  readonly past?: Tensor | undefined;
};

const causalConvolutionOp: Op<CausalConvolutionInputs, NoAttributes> = {
  name: 'residual.causalConvolution',
  compose: ({ x, weight, bias, past }) => {
    const [, length, dim] = x.shape as [number, number, number];
    const kernelSize = weight.shape[1]!;
    const whole = concat([past ?? zeros(pastShape(x, kernelSize)), x], 1);
    const terms = Array.from({ length: kernelSize }, (_, i) =>
      mul(sliceAxis(whole, 1, i, length), reshape(sliceAxis(weight, 1, i, 1), [dim])),
    );
    return [...terms, ...(bias ? [bias] : [])].reduce((sum, term) => add(sum, term));
  },
};

/**
 * A depthwise convolution over time that sees no later position: y(t) = Σ weight(i) x(t - kernelSize + 1 + i) + bias.
 * x [batch, length, dim] to the same, weight [dim, kernelSize], bias [dim]. `past`, [batch,
 * kernelSize - 1, dim], are the inputs before x (`lastInputs`); zeros if absent.
 */
export function causalConvolution(inputs: CausalConvolutionInputs): Tensor {
  const { x, weight, bias, past } = inputs;
  const dim = x.shape[2];
  const kernelSize = weight.shape[1]!;
  const fits = (shape: readonly number[], part: Tensor | undefined) =>
    !part || showShape(part.shape) === showShape(shape);
  expectShape(
    x.shape.length === 3 &&
      weight.shape.length === 2 &&
      fits([dim!, kernelSize], weight) &&
      kernelSize > 1 &&
      fits([dim!], bias) &&
      fits(pastShape(x, kernelSize), past),
    () =>
      `causalConvolution: x ${showShape(x.shape)}, weight ${showShape(weight.shape)}, bias ` +
      `${bias ? showShape(bias.shape) : 'none'} and past ${past ? showShape(past.shape) : 'none'} do not fit; they ` +
      'are [batch, length, dim], [dim, kernelSize] with kernelSize above 1, [dim] and [batch, kernelSize - 1, dim]',
  );
  return runOp(causalConvolutionOp, inputs, {});
}

/** The last `count` inputs of a convolution, [batch, count, dim]: of x [batch, length, dim] after `past`. */
export function lastInputs(x: Tensor, past: Tensor | undefined, count: number): Tensor {
  return tidy(() => {
    const length = x.shape[1]!;
    if (length >= count) return sliceAxis(x, 1, length - count, count);
    const before = past ?? zeros(pastShape(x, count + 1));
    return concat([sliceAxis(before, 1, length, count - length), x], 1);
  });
}

function pastShape({ shape: [batch, , dim] }: Tensor, kernelSize: number): number[] {
  return [batch!, kernelSize - 1, dim!];
}

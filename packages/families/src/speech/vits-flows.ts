import {
  convolution1d,
  type Layer,
  layer,
  layerNorm,
  type Needs,
  vector,
  type WeightNormConvolution,
  type Weights,
  weightNormConvolution1d,
} from '@residual/layers';
import {
  add,
  concat,
  embed,
  exp,
  gelu,
  mul,
  neg,
  reshape,
  sigmoid,
  sliceAxis,
  sub,
  type Tensor,
  tanh,
  tensor,
  transpose,
} from '@residual/tensor';
import { inverseSpline } from './rational-quadratic.js';

/** Settings of `waveNet`. */
export interface WaveNetOptions {
  /** Width of its input and output. */
  readonly modelDim: number;
  /** Number of gated convolutions. */
  readonly depth: number;
  /** The window of the gated convolutions. */
  readonly kernelSize: number;
  /** The factor by which the dilation grows from layer to layer. */
  readonly dilationRate: number;
  /** Width of the vector of a speaker; 0 if it reads none. */
  readonly speakerDim: number;
}

/** x [batch, length, dim], and the vector of the speaker [batch, 1, speakerDim]. */
interface ConditionedInputs {
  readonly x: Tensor;
  readonly speaker?: Tensor | undefined;
}

/**
 * The WaveNet of VITS (van den Oord et al. 2016; Kim et al. 2021): gated dilated convolutions whose outputs are summed,
 * x [batch, length, modelDim] to the same.
 */
export function waveNet({ modelDim, depth, kernelSize, dilationRate, speakerDim }: WaveNetOptions) {
  const convolution = (width: number, out: number, kernel = 1, dilation = 1): WeightNormConvolution =>
    weightNormConvolution1d({
      in: width,
      out,
      kernelSize: kernel,
      dilation,
      padding: Math.floor(((kernel - 1) * dilation) / 2),
      magnitudes: 'outputs',
    });
  const needs = {
    speaker: speakerDim > 0 ? convolution(speakerDim, 2 * modelDim * depth) : undefined,
    inner: Array.from({ length: depth }, (_, i) => convolution(modelDim, 2 * modelDim, kernelSize, dilationRate ** i)),
    outer: Array.from({ length: depth }, (_, i) => convolution(modelDim, i < depth - 1 ? 2 * modelDim : modelDim)),
  };
  return layer(
    needs,
    (w, { x, speaker }: ConditionedInputs) => {
      const conditions = speaker && needs.speaker?.(w.speaker!, speaker);
      let [y, output]: [Tensor, Tensor | undefined] = [x, undefined];
      for (let i = 0; i < depth; i++) {
        const read = needs.inner[i]!(w.inner[i]!, y);
        const both = conditions ? add(read, sliceAxis(conditions, 2, 2 * modelDim * i, 2 * modelDim)) : read;
        const gate = sigmoid(sliceAxis(both, 2, modelDim, modelDim));
        const made = needs.outer[i]!(w.outer[i]!, mul(tanh(sliceAxis(both, 2, 0, modelDim)), gate));
        const isLast = i === depth - 1;
        const skipped = isLast ? made : sliceAxis(made, 2, modelDim, modelDim);
        output = output ? add(output, skipped) : skipped;
        if (!isLast) y = add(y, sliceAxis(made, 2, 0, modelDim));
      }
      return output!;
    },
    { name: 'waveNet', outDim: modelDim },
  );
}

/** x [..., dim] with the entries of its last axis in reverse order. */
function reversed(x: Tensor): Tensor {
  const dim = x.shape.at(-1)!;
  const order = Int32Array.from({ length: dim }, (_, i) => dim - 1 - i);
  const columns = reshape(transpose(reshape(x, [-1, dim]), [1, 0]), [dim, -1]);
  return reshape(transpose(embed(columns, tensor(order, [dim], 'int32')), [1, 0]), x.shape);
}

/**
 * The flow from the prior of a text to the latents of sound, backwards through layers that each shift one half of the
 * entries by what a WaveNet makes of the other (Kim et al. 2021): x [batch, length, dim] to the same.
 */
export function couplingFlow(dim: number, flows: number, options: WaveNetOptions) {
  const half = dim / 2;
  const { modelDim } = options;
  const steps = Array.from({ length: flows }, () => ({
    input: convolution1d({ in: half, out: modelDim, kernelSize: 1 }),
    waveNet: waveNet(options),
    output: convolution1d({ in: modelDim, out: half, kernelSize: 1 }),
  }));
  return layer(
    { steps },
    (w, { x, speaker }: ConditionedInputs) =>
      steps.reduceRight((y, { input, waveNet, output }, i) => {
        const own = w.steps[i]!;
        const turned = reversed(y);
        const [kept, shifted] = [sliceAxis(turned, 2, 0, half), sliceAxis(turned, 2, half, half)];
        const read = waveNet(own.waveNet as never, { x: input(own.input, kept), speaker });
        return concat([kept, sub(shifted, output(own.output, read))], 2);
      }, x),
    { name: 'couplingFlow', outDim: dim },
  );
}

/** Settings of `separableConvolutions`. */
export interface SeparableOptions {
  /** Width of its input and output. */
  readonly modelDim: number;
  /** Number of depthwise convolutions. */
  readonly depth: number;
  /** Their window, and the factor by which the dilation grows. */
  readonly kernelSize: number;
}

/** Depthwise convolutions with growing dilation, each with a pointwise one, added to x [batch, length, modelDim]. */
export function separableConvolutions({ modelDim, depth, kernelSize }: SeparableOptions) {
  const norm = layerNorm({ dim: modelDim });
  const blocks = Array.from({ length: depth }, (_, i) => {
    const dilation = kernelSize ** i;
    const padding = Math.floor(((kernelSize - 1) * dilation) / 2);
    return {
      depthwise: convolution1d({ in: modelDim, out: modelDim, kernelSize, dilation, padding, groups: modelDim }),
      depthwiseNorm: norm,
      pointwise: convolution1d({ in: modelDim, out: modelDim, kernelSize: 1 }),
      pointwiseNorm: norm,
    };
  });
  return layer(
    { blocks },
    (w, x: Tensor) =>
      blocks.reduce((y, { depthwise, pointwise }, i) => {
        const own = w.blocks[i]!;
        const mixed = gelu(norm(own.depthwiseNorm, depthwise(own.depthwise, y)));
        return add(y, gelu(norm(own.pointwiseNorm, pointwise(own.pointwise, mixed))));
      }, x),
    { name: 'separableConvolutions', inDim: modelDim, outDim: modelDim },
  );
}

/** The needs of a flow of durations: a shift and a scale [2, 1], then splines, in their order in training. */
export type DurationFlowNeeds = { readonly layers: Needs };

/** x [batch, length, 2], and what is known of each token, [batch, length, modelDim]. */
interface FlowInputs {
  readonly x: Tensor;
  readonly states: Tensor;
}

/**
 * The flow from noise to log-durations, backwards through splines that each bend one of two numbers by what is made of
 * the other and of the token (Kim et al. 2021): [batch, length, 2] to the same. The spline that would come last is left
 * out, as in the reference.
 */
export function durationFlow(
  flows: number,
  { bins, bound, ...options }: SeparableOptions & { readonly bins: number; readonly bound: number },
): Layer<DurationFlowNeeds, FlowInputs, Tensor> {
  const { modelDim } = options;
  const splines = Array.from({ length: flows }, () => ({
    input: convolution1d({ in: 1, out: modelDim, kernelSize: 1 }),
    separable: separableConvolutions(options),
    output: convolution1d({ in: modelDim, out: 3 * bins - 1, kernelSize: 1 }),
  }));
  type SplineWeights = Weights<(typeof splines)[number]>;
  const bend = (w: SplineWeights, i: number, { x, states }: FlowInputs) => {
    const { input, separable, output } = splines[i]!;
    const [batch, length] = x.shape as [number, number];
    const turned = reversed(x);
    const [kept, bent] = [sliceAxis(turned, 2, 0, 1), sliceAxis(turned, 2, 1, 1)];
    const numbers = output(w.output, separable(w.separable as never, add(input(w.input, kept), states)));
    const rows = reshape(numbers, [batch * length, 3 * bins - 1]);
    const part = (start: number, count: number) => sliceAxis(rows, 1, start, count);
    const y = inverseSpline(reshape(bent, [batch * length]), {
      widths: mul(part(0, bins), 1 / Math.sqrt(modelDim)),
      heights: mul(part(bins, bins), 1 / Math.sqrt(modelDim)),
      slopes: part(2 * bins, bins - 1),
      bound,
    });
    return concat([kept, reshape(y, [batch, length, 1])], 2);
  };
  const shiftAndScale = { shift: vector([2, 1]), scale: vector([2, 1]) };
  return layer(
    { layers: [shiftAndScale, ...splines] } as DurationFlowNeeds,
    (w, { x, states }: FlowInputs) => {
      const [first, ...others] = w.layers as readonly [Weights<typeof shiftAndScale>, ...SplineWeights[]];
      let y = x;
      for (let i = flows - 1; i > 0; i--) y = bend(others[i]!, i, { x: y, states });
      const row = (vector: Tensor) => reshape(vector, [1, 1, 2]);
      return mul(sub(reversed(y), row(first.shift)), exp(neg(row(first.scale))));
    },
    { name: 'durationFlow', outDim: 2 },
  );
}

import {
  type Convolution,
  convolution1d,
  type Layer,
  layer,
  type TransposedConvolution,
  transposedConvolution1d,
  type VectorNeed,
  vector,
} from '@residual/layers';
import { add, div, maximum, mul, ResidualError, reshape, sliceAxis, sub, type Tensor, tanh } from '@residual/tensor';

/** Settings of `hifiGan`. */
export interface HifiGanOptions {
  /** Width of a frame. */
  readonly bins: number;
  /** Width after the first convolution; each upsampling halves it. */
  readonly channels: number;
  /** By how much each upsampling makes the sequence longer, and the window of its transposed convolution. */
  readonly upsampling: readonly { readonly rate: number; readonly kernelSize: number }[];
  /** The blocks after each upsampling, whose mean is taken: their window, and the dilation of each pair of layers. */
  readonly blocks: readonly { readonly kernelSize: number; readonly dilations: readonly number[] }[];
  /** The slope of the activation for negative numbers. */
  readonly slope: number;
  /** Whether frames have a stored mean and scale, and whether they are normalized with them; none if absent. */
  readonly statistics?: 'used' | 'stored' | undefined;
  /** Whether the last convolution has a bias; true if absent. */
  readonly outputBias?: boolean;
  /** Width of the vector of a speaker that is added after the first convolution; none if absent. */
  readonly speakerDim?: number | undefined;
}

/** The needs of one block: pairs of a dilated and a plain convolution. */
type BlockNeeds = { readonly dilated: readonly Convolution[]; readonly plain: readonly Convolution[] };

/** The needs of `hifiGan`. */
export type HifiGanNeeds = {
  readonly mean: VectorNeed | undefined;
  readonly scale: VectorNeed | undefined;
  readonly input: Convolution;
  readonly speaker: Convolution | undefined;
  readonly upsamplers: readonly TransposedConvolution[];
  readonly blocks: readonly BlockNeeds[];
  readonly output: Convolution;
};

/** Frames [batch, frames, bins], and the vector of the speaker [batch, 1, speakerDim] where the layer has one. */
export interface HifiGanInputs {
  readonly frames: Tensor;
  readonly speaker?: Tensor | undefined;
  /** The frames whose samples are made; all if absent. What these samples do not depend on is not computed. */
  readonly wanted?: { readonly from: number; readonly count: number } | undefined;
}

/** The layer of `hifiGan`: frames [batch, frames, bins] to samples [batch, samples] from -1 to 1. */
export interface HifiGan extends Layer<HifiGanNeeds, HifiGanInputs, Tensor> {
  readonly bins: number;
  /** How many samples a frame becomes, if each becomes equally many; frames can then be computed in windows. */
  readonly samplesPerFrame: number | undefined;
  /** How many frames before and after a frame change its samples, at most. */
  readonly framesAround: number;
}

/** The slope of the last activation, which no config says. */
const lastSlope = 0.01;

/** The window of the first and the last convolution. */
const outerKernel = 7;

/** How many positions on either side these read. */
const outerRadius = (outerKernel - 1) / 2;

/**
 * HiFi-GAN (Kong et al. 2020): a vocoder of transposed convolutions that make the sequence longer, each followed by
 * blocks of dilated convolutions. Frames [batch, frames, bins] to samples [batch, samples] from -1 to 1. Tap:
 * `upsampled`, [batch, samples, channels] before the last convolution.
 */
export function hifiGan(options: HifiGanOptions): HifiGan {
  const { bins, channels, upsampling, blocks, slope, statistics, outputBias = true, speakerDim } = options;
  const widths = upsampling.map((_, i) => Math.floor(channels / 2 ** (i + 1)));
  const needs: HifiGanNeeds = {
    mean: statistics && vector([bins]),
    scale: statistics && vector([bins], 1),
    input: convolution1d({ in: bins, out: channels, kernelSize: outerKernel, padding: outerRadius }),
    speaker: speakerDim ? convolution1d({ in: speakerDim, out: channels, kernelSize: 1 }) : undefined,
    upsamplers: upsampling.map(({ rate, kernelSize }, i) =>
      transposedConvolution1d({
        in: i === 0 ? channels : widths[i - 1]!,
        out: widths[i]!,
        kernelSize,
        stride: rate,
        padding: Math.floor((kernelSize - rate) / 2),
      }),
    ),
    blocks: widths.flatMap(width => blocks.map(block => blockNeeds(width, block))),
    output: convolution1d({
      in: widths.at(-1)!,
      out: 1,
      kernelSize: outerKernel,
      padding: outerRadius,
      bias: outputBias,
    }),
  };
  const samplesPerFrame = upsampling.every(({ rate, kernelSize }) => (kernelSize - rate) % 2 === 0)
    ? upsampling.reduce((product, { rate }) => product * rate, 1)
    : undefined;
  const model: Layer<HifiGanNeeds, HifiGanInputs, Tensor> = layer(
    needs,
    (w, { frames, speaker, wanted }: HifiGanInputs, scope) => {
      if (wanted && samplesPerFrame === undefined)
        throw new ResidualError('option', 'hifiGan: wanted is given; its frames have no whole number of samples');
      const trim = trimmer(options, wanted);
      const x = statistics === 'used' ? div(sub(frames, w.mean!), w.scale!) : frames;
      const first = needs.input(w.input, x);
      let y = speaker && needs.speaker ? add(first, needs.speaker(w.speaker!, speaker)) : first;
      for (const [i, upsampler] of needs.upsamplers.entries()) {
        const longer = upsampler(w.upsamplers[i]!, leakyRelu(trim(y, i), slope));
        const outputs = blocks.map((_, j) => {
          const at = i * blocks.length + j;
          return runBlock(needs.blocks[at]!, w.blocks[at] as never, longer, slope);
        });
        y = mul(outputs.reduce(add), 1 / blocks.length);
      }
      const last = scope.tap('upsampled', leakyRelu(trim(y, upsampling.length), lastSlope));
      const samples = tanh(needs.output(w.output, last)); // [batch, samples, 1]
      return trim(reshape(samples, samples.shape.slice(0, 2)), upsampling.length + 1);
    },
    { name: 'hifiGan', inDim: bins },
  );
  return Object.assign(model, { bins, samplesPerFrame, framesAround: framesAround(options) });
}

function blockNeeds(width: number, { kernelSize, dilations }: HifiGanOptions['blocks'][number]): BlockNeeds {
  const convolution = (dilation: number) =>
    convolution1d({
      in: width,
      out: width,
      kernelSize,
      dilation,
      padding: Math.floor((kernelSize * dilation - dilation) / 2),
    });
  return { dilated: dilations.map(convolution), plain: dilations.map(() => convolution(1)) };
}

/** x + plain(activation(dilated(activation(x)))) for each pair. */
function runBlock(
  { dilated, plain }: BlockNeeds,
  weights: { readonly dilated: readonly never[]; readonly plain: readonly never[] },
  x: Tensor,
  slope: number,
): Tensor {
  return dilated.reduce((y, convolution, i) => {
    const inner = leakyRelu(convolution(weights.dilated[i]!, leakyRelu(y, slope)), slope);
    return add(plain[i]!(weights.plain[i]!, inner), y);
  }, x);
}

/** max(x, slope · x), for slopes up to 1: x [...] to the same. */
function leakyRelu(x: Tensor, slope: number): Tensor {
  return maximum(x, mul(x, slope));
}

/** How many frames on either side a sample depends on. */
function framesAround(options: HifiGanOptions): number {
  const [[start]] = spansFor(options, { from: 0, count: 0 }) as [Span];
  return -start + outerRadius;
}

/** Positions of a sequence from `start` to before `end`. */
type Span = readonly [start: number, end: number];

/**
 * The positions on which samples depend, counted back from them: before each upsampling, before the
 * last convolution, and the samples themselves. They may lie outside the sequence.
 */
function spansFor(
  { upsampling, blocks }: HifiGanOptions,
  { from, count }: { readonly from: number; readonly count: number },
): readonly Span[] {
  const ofBlocks = Math.max(
    ...blocks.map(({ kernelSize, dilations }) =>
      dilations.reduce((sum, dilation) => sum + ((kernelSize - 1) * (dilation + 1)) / 2, 0),
    ),
  );
  const rates = upsampling.reduce((product, { rate }) => product * rate, 1);
  const samples: Span = [from * rates, (from + count) * rates];
  let [start, end] = [samples[0] - outerRadius, samples[1] + outerRadius];
  const spans: Span[] = [[start, end], samples];
  for (const { rate, kernelSize } of upsampling.toReversed()) {
    start = Math.floor((start - ofBlocks - kernelSize) / rate);
    end = Math.ceil((end + ofBlocks + kernelSize) / rate);
    spans.unshift([start, end]);
  }
  return spans;
}

/**
 * A function that cuts a sequence [batch, positions, ...] to what the samples of the wanted frames depend on, first
 * before each upsampling, then before the last convolution, then after it; it leaves all if nothing is said.
 */
function trimmer(options: HifiGanOptions, wanted: HifiGanInputs['wanted']): (x: Tensor, at: number) => Tensor {
  if (!wanted) return x => x;
  const spans = spansFor(options, wanted);
  let first = 0; // the position at which the sequence begins
  return (x, at) => {
    first *= at > 0 ? (options.upsampling[at - 1]?.rate ?? 1) : 1;
    const length = x.shape[1]!;
    const [from, to] = [Math.max(0, spans[at]![0] - first), Math.min(length, spans[at]![1] - first)];
    first += from;
    return from === 0 && to === length ? x : sliceAxis(x, 1, from, to - from);
  };
}

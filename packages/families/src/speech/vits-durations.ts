import { convolution1d, type Layer, layer, layerNorm } from '@residual/layers';
import { add, relu, reshape, sliceAxis, type Tensor, zeros } from '@residual/tensor';
import type { ConfigReader } from '../config/config.js';
import { durationFlow, type SeparableOptions, separableConvolutions } from './vits-flows.js';

/** The states of tokens [batch, length, modelDim], the vector of the speaker, and noise [batch, length, 2] if any. */
export interface DurationInputs {
  readonly states: Tensor;
  readonly speaker?: Tensor | undefined;
  readonly noise?: Tensor | undefined;
}

/** A predictor of the logarithm of durations: [batch, length]. */
// biome-ignore lint/suspicious/noExplicitAny: a predictor of any needs
export type LogDurations = Layer<any, DurationInputs, Tensor>;

/**
 * The predictor of durations of VITS: one that draws them with flows, or plain convolutions. The parts that only
 * training runs are needs too, so that they are kept.
 */
export function logDurations(config: ConfigReader, modelDim: number, speakerDim: number): LogDurations {
  const kernelSize = config.size('duration_predictor_kernel_size', 3, 2 ** 10);
  if (kernelSize % 2 === 0) config.refuse('duration_predictor_kernel_size', kernelSize, 'odd, so that lengths stay');
  const channels = config.size('duration_predictor_filter_channels', 256, 2 ** 20);
  const depth = config.size('depth_separable_num_layers', 3, 16);
  config.expectValue('depth_separable_channels', 2);
  const flows = config.depth('duration_predictor_num_flows', 4);
  const bins = config.size('duration_predictor_flow_bins', 10, 1000);
  if (bins < 2) config.refuse('duration_predictor_flow_bins', bins, 'from 2 to 1000');
  const bound = config.number('duration_predictor_tail_bound', 5);
  if (bound <= 0) config.refuse('duration_predictor_tail_bound', bound, 'a number above 0');
  const speaker = (out: number) => (speakerDim > 0 ? convolution1d({ in: speakerDim, out, kernelSize: 1 }) : undefined);
  const epsilon = config.number('layer_norm_eps', 1e-5);
  if (!config.flag('use_stochastic_duration_prediction', true))
    return plain({ modelDim, channels, kernelSize, epsilon }, speaker(modelDim));
  return stochastic({ modelDim, depth, kernelSize, bins, bound, flows }, speaker(modelDim));
}

function stochastic(
  options: SeparableOptions & { readonly bins: number; readonly bound: number; readonly flows: number },
  speaker: ReturnType<typeof convolution1d> | undefined,
): LogDurations {
  const { modelDim, flows, bins, bound, ...separable } = options;
  const pointwise = (width = modelDim) => convolution1d({ in: width, out: modelDim, kernelSize: 1 });
  const flow = durationFlow(flows, { modelDim, bins, bound, ...separable });
  const needs = {
    input: pointwise(),
    output: pointwise(),
    separable: separableConvolutions({ modelDim, ...separable }),
    speaker,
    flow,
    // What only training runs.
    posteriorInput: pointwise(1),
    posteriorOutput: pointwise(),
    posteriorSeparable: separableConvolutions({ modelDim, ...separable }),
    posteriorFlow: flow,
  };
  return layer(
    needs,
    (w, { states, speaker: who, noise }: DurationInputs) => {
      const read = needs.input(w.input, states);
      const told = who && speaker ? add(read, speaker(w.speaker!, who)) : read;
      const known = needs.output(w.output, needs.separable(w.separable as never, told));
      const [batch, length] = states.shape as [number, number];
      const made = flow(w.flow, { x: noise ?? zeros([batch, length, 2]), states: known });
      return reshape(sliceAxis(made, 2, 0, 1), [batch, length]);
    },
    { name: 'stochasticDurations' },
  );
}

function plain(
  {
    modelDim,
    channels,
    kernelSize,
    epsilon,
  }: {
    readonly modelDim: number;
    readonly channels: number;
    readonly kernelSize: number;
    readonly epsilon: number;
  },
  speaker: ReturnType<typeof convolution1d> | undefined,
): LogDurations {
  const padding = (kernelSize - 1) / 2;
  const norm = layerNorm({ dim: channels, epsilon });
  const needs = {
    speaker,
    convolution1: convolution1d({ in: modelDim, out: channels, kernelSize, padding }),
    norm1: norm,
    convolution2: convolution1d({ in: channels, out: channels, kernelSize, padding }),
    norm2: norm,
    prediction: convolution1d({ in: channels, out: 1, kernelSize: 1 }),
  };
  return layer(
    needs,
    (w, { states, speaker: who }: DurationInputs) => {
      const told = who && speaker ? add(states, speaker(w.speaker!, who)) : states;
      const first = norm(w.norm1, relu(needs.convolution1(w.convolution1, told)));
      const second = norm(w.norm2, relu(needs.convolution2(w.convolution2, first)));
      return reshape(needs.prediction(w.prediction, second), states.shape.slice(0, 2));
    },
    { name: 'durations' },
  );
}

import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, SynthesisComposition, WeightMapping } from '../family.js';
import { vits as composeVits } from './vits-model.js';
import { foldedHifiGan, hifiGanMappings } from './vocoder-parts.js';

/** VITS (Kim et al. 2021), which also the voices of MMS are (Pratap et al. 2023): characters or phones to samples. */
export const vits: Family<SynthesisComposition> = {
  name: 'vits',
  modelTypes: ['vits'],
  architectures: ['VitsModel'],
  compose: (fields, { ignoreConfig = [] } = {}) => {
    const config = new ConfigReader('vits', fields);
    const model = composeVits(config);
    const [depth, heads] = [config.depth('num_hidden_layers', 6), config.size('num_attention_heads', 2)];
    const sampleRate = config.size('sampling_rate', 16000);
    const noiseScale = config.number('noise_scale', 0.667);
    const durationNoiseScale = config.number('noise_scale_duration', 0.8);
    config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);
    return {
      kind: 'text-to-waveform',
      model,
      architecture: 'VitsModel',
      ...{ sampleRate, noiseScale, durationNoiseScale, maxPositions: 2 ** 31 - 1, openEnded: true },
      ...{ depth, heads, encoderDepth: depth, encoderHeads: heads },
    };
  },
  prefix: '',
  mappings: /* @__PURE__ */ mappings(),
  buffers: [],
  aliases: {},
  unified: foldedHifiGan,
};

function mappings(): WeightMapping[] {
  const convolution = (name: string, path: string): WeightMapping[] => [
    { checkpointName: `${name}.weight`, path: `${path}.weight`, inAxes: [1, 0] },
    { checkpointName: `${name}.bias`, path: `${path}.bias` },
  ];
  const normed = (name: string, path: string): WeightMapping[] => [
    {
      checkpointName: `${name}.parametrizations.weight.original0`,
      otherNames: [`${name}.weight_g`],
      path: `${path}.magnitude`,
      unitAxis: [1, 1],
    },
    {
      checkpointName: `${name}.parametrizations.weight.original1`,
      otherNames: [`${name}.weight_v`],
      path: `${path}.direction`,
      inAxes: [1, 0],
    },
    { checkpointName: `${name}.bias`, path: `${path}.bias` },
  ];
  const waveNet = (name: string, path: string) => [
    ...normed(`${name}.cond_layer`, `${path}.speaker`),
    ...normed(`${name}.in_layers.*`, `${path}.inner.*`),
    ...normed(`${name}.res_skip_layers.*`, `${path}.outer.*`),
  ];
  const separable = (name: string, path: string) => [
    ...convolution(`${name}.convs_dilated.*`, `${path}.blocks.*.depthwise`),
    ...convolution(`${name}.convs_pointwise.*`, `${path}.blocks.*.pointwise`),
    ...moduleMappings({
      [`${name}.norms_1.*`]: `${path}.blocks.*.depthwiseNorm`,
      [`${name}.norms_2.*`]: `${path}.blocks.*.pointwiseNorm`,
    }),
  ];
  const durationFlow = (name: string, path: string): WeightMapping[] => [
    { checkpointName: `${name}.*.translate`, path: `${path}.layers.*.shift` },
    { checkpointName: `${name}.*.log_scale`, path: `${path}.layers.*.scale` },
    ...convolution(`${name}.*.conv_pre`, `${path}.layers.*.input`),
    ...separable(`${name}.*.conv_dds`, `${path}.layers.*.separable`),
    ...convolution(`${name}.*.conv_proj`, `${path}.layers.*.output`),
  ];
  const durations = 'duration_predictor';
  const block = ['text_encoder.encoder.layers.*', 'encoder.layers.*'] as const;
  return [
    { checkpointName: 'text_encoder.embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'embed_speaker.weight', path: 'speakers.weight' },
    ...convolution('text_encoder.project', 'prior'),
    ...moduleMappings({
      [`${block[0]}.attention.q_proj`]: `${block[1]}.attention.query`,
      [`${block[0]}.attention.k_proj`]: `${block[1]}.attention.key`,
      [`${block[0]}.attention.v_proj`]: `${block[1]}.attention.value`,
      [`${block[0]}.attention.out_proj`]: `${block[1]}.attention.output`,
      [`${block[0]}.layer_norm`]: `${block[1]}.attentionNorm`,
      [`${block[0]}.final_layer_norm`]: `${block[1]}.mlpNorm`,
    }),
    { checkpointName: `${block[0]}.attention.emb_rel_k`, path: `${block[1]}.attention.relation.keys`, unitAxis: 0 },
    { checkpointName: `${block[0]}.attention.emb_rel_v`, path: `${block[1]}.attention.relation.values`, unitAxis: 0 },
    ...convolution(`${block[0]}.feed_forward.conv_1`, `${block[1]}.mlp.up`),
    ...convolution(`${block[0]}.feed_forward.conv_2`, `${block[1]}.mlp.down`),
    ...convolution(`${durations}.conv_pre`, 'durations.input'),
    ...convolution(`${durations}.conv_proj`, 'durations.output'),
    ...separable(`${durations}.conv_dds`, 'durations.separable'),
    ...convolution(`${durations}.cond`, 'durations.speaker'),
    ...durationFlow(`${durations}.flows`, 'durations.flow'),
    ...convolution(`${durations}.post_conv_pre`, 'durations.posteriorInput'),
    ...convolution(`${durations}.post_conv_proj`, 'durations.posteriorOutput'),
    ...separable(`${durations}.post_conv_dds`, 'durations.posteriorSeparable'),
    ...durationFlow(`${durations}.post_flows`, 'durations.posteriorFlow'),
    ...convolution(`${durations}.conv_1`, 'durations.convolution1'),
    ...convolution(`${durations}.conv_2`, 'durations.convolution2'),
    ...convolution(`${durations}.proj`, 'durations.prediction'),
    ...moduleMappings({
      [`${durations}.norm_1`]: 'durations.norm1',
      [`${durations}.norm_2`]: 'durations.norm2',
    }),
    ...convolution('flow.flows.*.conv_pre', 'flow.steps.*.input'),
    ...waveNet('flow.flows.*.wavenet', 'flow.steps.*.waveNet'),
    ...convolution('flow.flows.*.conv_post', 'flow.steps.*.output'),
    ...convolution('posterior_encoder.conv_pre', 'posterior.input'),
    ...waveNet('posterior_encoder.wavenet', 'posterior.waveNet'),
    ...convolution('posterior_encoder.conv_proj', 'posterior.output'),
    ...hifiGanMappings('decoder.', 'vocoder.'),
  ];
}

/** Fields that only affect training. */
const fieldsWithoutEffect: readonly string[] = [
  ...['activation_dropout', 'attention_dropout', 'hidden_dropout', 'layerdrop', 'duration_predictor_dropout'],
  'wavenet_dropout',
];

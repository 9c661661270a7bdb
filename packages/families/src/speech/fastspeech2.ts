import { ResidualError } from '@residual/tensor';
import { type Config, ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, SynthesisComposition, WeightMapping } from '../family.js';
import { fastSpeech2 as composeFastSpeech2 } from './fastspeech2-model.js';
import { frameScaleOf } from './frame-scale.js';
import { fastSpeech2HifiGan } from './hifi-gan.js';
import { batchCounts, batchNormMappings, postnetMappings } from './postnet.js';
import { foldedHifiGan, hifiGanMappings } from './vocoder-parts.js';

/** FastSpeech 2 (Ren et al. 2021) with Conformers: phones to log-mel spectrograms, for a vocoder. */
export const fastSpeech2: Family<SynthesisComposition> = /* @__PURE__ */ family({
  name: 'fastspeech2_conformer',
  architecture: 'FastSpeech2ConformerModel',
  prefix: '',
  compose: (config, ignoreConfig) => composition(new ConfigReader('fastspeech2_conformer', config), ignoreConfig),
});

/** FastSpeech 2 with Conformers and the HiFi-GAN that makes samples of its spectrograms. */
export const fastSpeech2WithHifiGan: Family<SynthesisComposition> = /* @__PURE__ */ family({
  name: 'fastspeech2_conformer_with_hifigan',
  architecture: 'FastSpeech2ConformerWithHifiGan',
  prefix: 'model.',
  compose: (config, ignoreConfig) => {
    const reader = new ConfigReader('fastspeech2_conformer_with_hifigan', config);
    const [own, ofVocoder] = ['model_config', 'vocoder_config'].map(name => partOf(reader, name)) as [Config, Config];
    reader.refuseUnread(ignoreConfig);
    const { model: vocoder, sampleRate } = fastSpeech2HifiGan.compose(ofVocoder, { ignoreConfig });
    const composed = composition(new ConfigReader('fastspeech2_conformer', own), ignoreConfig, { vocoder, sampleRate });
    if (vocoder.bins === composed.model.bins) return composed;
    throw new ResidualError(
      'config',
      `fastspeech2_conformer_with_hifigan: the model makes frames of ${composed.model.bins} bins, its vocoder reads ` +
        `${vocoder.bins}`,
    );
  },
});

function partOf(reader: ConfigReader, name: string): Config {
  const value = reader.value(name) ?? {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Config;
  return reader.refuse(name, value, 'the config of a part');
}

function composition(
  config: ConfigReader,
  ignoreConfig: readonly string[],
  voice?: { readonly vocoder: Parameters<typeof composeFastSpeech2>[1]; readonly sampleRate: number },
): SynthesisComposition {
  const model = composeFastSpeech2(config, voice?.vocoder);
  const [depth, heads] = [config.depth('decoder_layers', 4), config.size('decoder_num_attention_heads', 2)];
  const [encoderDepth, encoderHeads] = [
    config.depth('encoder_layers', 4),
    config.size('encoder_num_attention_heads', 2),
  ];
  const frameScale = config.value('frame_mean') === undefined ? undefined : frameScaleOf(config, model.bins);
  config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);
  return {
    ...(frameScale && { frameScale }),
    kind: voice ? 'text-to-waveform' : 'text-to-spectrogram',
    model,
    architecture: voice ? 'FastSpeech2ConformerWithHifiGan' : 'FastSpeech2ConformerModel',
    sampleRate: voice?.sampleRate,
    ...{ maxPositions: 2 ** 31 - 1, openEnded: true, depth, heads, encoderDepth, encoderHeads },
  };
}

function family({
  name,
  architecture,
  prefix,
  compose,
}: {
  readonly name: string;
  readonly architecture: string;
  readonly prefix: string;
  readonly compose: (config: Config, ignoreConfig: readonly string[]) => SynthesisComposition;
}): Family<SynthesisComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: [architecture],
    compose: (config, { ignoreConfig = [] } = {}) => compose(config, ignoreConfig),
    prefix,
    mappings: [...mappings(), ...hifiGanMappings('/vocoder.', 'vocoder.')],
    buffers: batchCounts({
      'encoder.layers.*.convolution.norm': 'encoder.conformer_layers.*.conv_module.norm',
      'decoder.layers.*.convolution.norm': 'decoder.conformer_layers.*.conv_module.norm',
      'postnet.layers.*.norm': 'speech_decoder_postnet.layers.*.batch_norm',
    }),
    aliases: {},
    unified: foldedHifiGan,
  };
}

function mappings(): WeightMapping[] {
  const convolution = (name: string, path: string): WeightMapping[] => [
    { checkpointName: `${name}.weight`, path: `${path}.weight`, inAxes: [1, 0] },
    { checkpointName: `${name}.bias`, path: `${path}.bias` },
  ];
  const predictor = (name: string, path: string) => [
    ...convolution(`${name}.conv_layers.*.conv`, `${path}.layers.*.convolution`),
    ...moduleMappings({
      [`${name}.conv_layers.*.layer_norm`]: `${path}.layers.*.norm`,
      [`${name}.linear`]: `${path}.output`,
    }),
  ];
  const side = (name: 'encoder' | 'decoder') => {
    const [from, to] = [`${name}.conformer_layers.*`, `${name}.layers.*`];
    return [
      ...moduleMappings({
        [`${from}.self_attn.linear_q`]: `${to}.attention.query`,
        [`${from}.self_attn.linear_k`]: `${to}.attention.key`,
        [`${from}.self_attn.linear_v`]: `${to}.attention.value`,
        [`${from}.self_attn.linear_out`]: `${to}.attention.output`,
        [`${from}.ff_macaron_layer_norm`]: `${to}.macaronNorm`,
        [`${from}.self_attn_layer_norm`]: `${to}.attentionNorm`,
        [`${from}.conv_layer_norm`]: `${to}.convolutionNorm`,
        [`${from}.ff_layer_norm`]: `${to}.mlpNorm`,
        [`${from}.final_layer_norm`]: `${to}.outputNorm`,
        [`${from}.concat_linear`]: `${to}.join`,
      }),
      { checkpointName: `${from}.self_attn.linear_pos.weight`, path: `${to}.attention.relation.projection` },
      { checkpointName: `${from}.self_attn.pos_bias_u`, path: `${to}.attention.relation.contentBias` },
      { checkpointName: `${from}.self_attn.pos_bias_v`, path: `${to}.attention.relation.positionBias` },
      ...convolution(`${from}.feed_forward_macaron.conv1`, `${to}.macaron.up`),
      ...convolution(`${from}.feed_forward_macaron.conv2`, `${to}.macaron.down`),
      ...convolution(`${from}.feed_forward.conv1`, `${to}.mlp.up`),
      ...convolution(`${from}.feed_forward.conv2`, `${to}.mlp.down`),
      ...convolution(`${from}.conv_module.pointwise_conv1`, `${to}.convolution.gate`),
      ...convolution(`${from}.conv_module.depthwise_conv`, `${to}.convolution.depthwise`),
      ...batchNormMappings(`${from}.conv_module.norm`, `${to}.convolution.norm`),
      ...convolution(`${from}.conv_module.pointwise_conv2`, `${to}.convolution.output`),
    ];
  };
  return [
    { checkpointName: 'encoder.embed.weight', path: 'embedding.weight' },
    { checkpointName: 'speaker_id_embedding.weight', path: 'speakers.weight' },
    { checkpointName: 'language_id_embedding.weight', path: 'languages.weight' },
    ...moduleMappings({ projection: 'speakerProjection', 'speech_decoder_postnet.feat_out': 'output' }),
    ...side('encoder'),
    ...side('decoder'),
    ...predictor('duration_predictor', 'durations'),
    ...predictor('pitch_predictor', 'pitch'),
    ...predictor('energy_predictor', 'energy'),
    ...convolution('pitch_embed.conv', 'pitchEmbedding'),
    ...convolution('energy_embed.conv', 'energyEmbedding'),
    ...postnetMappings('speech_decoder_postnet', 'postnet'),
  ];
}

/** Fields that only affect training, or that repeat others for each side. */
const fieldsWithoutEffect: readonly string[] = [
  ...['encoder_config', 'decoder_config', 'max_source_positions', 'use_masking', 'use_weighted_masking'],
  ...['stop_gradient_from_pitch_predictor', 'stop_gradient_from_energy_predictor', 'duration_predictor_dropout_rate'],
  ...['pitch_predictor_dropout', 'pitch_embed_dropout', 'energy_predictor_dropout', 'energy_embed_dropout'],
  ...['encoder_dropout_rate', 'encoder_positional_dropout_rate', 'encoder_attention_dropout_rate'],
  ...['decoder_dropout_rate', 'decoder_positional_dropout_rate', 'decoder_attention_dropout_rate'],
  ...['speech_decoder_postnet_dropout', 'is_encoder_decoder'],
];

import { ConfigReader } from '../config/config.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { Family, SynthesisComposition, WeightMapping } from '../family.js';
import { batchCounts, postnetMappings } from './postnet.js';
import { speechT5 as composeSpeechT5 } from './speecht5-model.js';

/**
 * SpeechT5 (Ao et al. 2022) as it speaks: characters and the vector of a speaker to log-mel spectrograms, for a
 * vocoder.
 */
export const speechT5: Family<SynthesisComposition> = /* @__PURE__ */ family();

function family(): Family<SynthesisComposition> {
  return {
    name: 'speecht5',
    modelTypes: ['speecht5'],
    architectures: ['SpeechT5ForTextToSpeech'],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader('speecht5', fields);
      const [architecture] = [config.value('architectures')].flat();
      if (architecture !== undefined && architecture !== 'SpeechT5ForTextToSpeech')
        config.refuse(
          'architectures',
          architecture,
          'SpeechT5ForTextToSpeech: the other models of SpeechT5 are not known',
        );
      const model = composeSpeechT5(config);
      const [depth, heads] = [config.depth('decoder_layers', 6), config.size('decoder_attention_heads', 12)];
      const [encoderDepth, encoderHeads] = [
        config.depth('encoder_layers', 12),
        config.size('encoder_attention_heads', 12),
      ];
      const maxPositions = config.maxPositions('max_text_positions', 450);
      config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);
      return {
        kind: 'text-to-spectrogram',
        model,
        architecture: 'SpeechT5ForTextToSpeech',
        ...{ maxPositions, depth, heads, encoderDepth, encoderHeads },
      };
    },
    prefix: 'speecht5.',
    mappings: mappings(),
    buffers: [
      ...batchCounts({ 'postnet.layers.*.norm': '/speech_decoder_postnet.layers.*.batch_norm' }),
      { name: /encode_positions\.pe$/ },
    ],
    aliases: {},
  };
}

function mappings(): WeightMapping[] {
  const attention = (from: string, to: string) => ({
    [`${from}.q_proj`]: `${to}.query`,
    [`${from}.k_proj`]: `${to}.key`,
    [`${from}.v_proj`]: `${to}.value`,
    [`${from}.out_proj`]: `${to}.output`,
  });
  const block = { 'feed_forward.intermediate_dense': 'mlp.up', 'feed_forward.output_dense': 'mlp.down' };
  return [
    { checkpointName: 'encoder.prenet.embed_tokens.weight', path: 'embedding.weight' },
    { checkpointName: 'encoder.prenet.encode_positions.alpha', path: 'positions.scale' },
    { checkpointName: 'encoder.wrapped_encoder.embed_positions.pe_k.weight', path: 'offsets' },
    { checkpointName: 'decoder.prenet.encode_positions.alpha', path: 'framePositions.scale' },
    ...moduleMappings({
      'encoder.wrapped_encoder.layer_norm': 'encoderNorm',
      'decoder.prenet.layers.*': 'prenet.*.linear',
      'decoder.prenet.final_layer': 'prenetOutput',
      'decoder.prenet.speaker_embeds_layer': 'speaker',
      '/speech_decoder_postnet.feat_out': 'output',
      '/speech_decoder_postnet.prob_out': 'stop',
    }),
    ...moduleMappings(
      {
        ...attention('attention', 'attention'),
        layer_norm: 'attentionNorm',
        ...block,
        final_layer_norm: 'mlpNorm',
      },
      { from: 'encoder.wrapped_encoder.layers.*.', to: 'encoder.layers.*.' },
    ),
    ...moduleMappings(
      {
        ...attention('self_attn', 'attention'),
        self_attn_layer_norm: 'attentionNorm',
        ...attention('encoder_attn', 'crossAttention'),
        encoder_attn_layer_norm: 'crossAttentionNorm',
        ...block,
        final_layer_norm: 'mlpNorm',
      },
      { from: 'decoder.wrapped_decoder.layers.*.', to: 'decoder.layers.*.' },
    ),
    ...postnetMappings('/speech_decoder_postnet', 'postnet'),
  ];
}

/** Fields that only affect training, or the models of SpeechT5 that read speech or write texts. */
const fieldsWithoutEffect: readonly string[] = [
  ...['activation_dropout', 'attention_dropout', 'hidden_dropout', 'positional_dropout', 'encoder_layerdrop'],
  ...[
    'decoder_layerdrop',
    'speech_decoder_postnet_dropout',
    'scale_embedding',
    'feat_extract_norm',
    'feat_proj_dropout',
  ],
  ...['feat_extract_activation', 'conv_dim', 'conv_stride', 'conv_kernel', 'conv_bias', 'num_conv_pos_embeddings'],
  ...['num_conv_pos_embedding_groups', 'num_feat_extract_layers', 'apply_spec_augment', 'mask_time_prob'],
  ...['mask_time_length', 'mask_time_min_masks', 'mask_feature_prob', 'mask_feature_length', 'mask_feature_min_masks'],
  ...['use_guided_attention_loss', 'guided_attention_loss_num_heads', 'guided_attention_loss_sigma'],
  ...['guided_attention_loss_scale', 'tie_word_embeddings', 'num_hidden_layers'],
];

import { causal, crossAttention, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { activation, convolution1d, layerNorm, linear, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { crossBlock, crossStack, encoderDecoder, stack, transformerBlock } from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, SpeechComposition, WeightMapping } from '../family.js';
import { fairseqMappings } from './fairseq-mappings.js';

/**
 * Whisper (Radford et al. 2022): a transformer that reads the log-mel spectrum of 30 s of speech, through two
 * convolutions that halve its frames, and writes its text. The positions of the encoder are sinusoids at first and
 * stored as a table, which is used as it is.
 */
export const whisper: Family<SpeechComposition> = {
  name: 'whisper',
  modelTypes: ['whisper'],
  architectures: ['WhisperForConditionalGeneration', 'WhisperModel'],
  compose: (fields, { ignoreConfig = [] } = {}) => compose(new ConfigReader('whisper', fields), ignoreConfig),
  prefix: 'model.',
  mappings: /* @__PURE__ */ mappings(),
  buffers: [],
  aliases: { 'model.decoder.embed_tokens.weight': 'proj_out.weight' },
  head: 'proj_out.weight',
};

function mappings(): WeightMapping[] {
  const convolutions = [1, 2].flatMap((i): WeightMapping[] => [
    { checkpointName: `encoder.conv${i}.weight`, path: `source.features.convolution${i}.weight`, inAxes: [1, 0] },
    { checkpointName: `encoder.conv${i}.bias`, path: `source.features.convolution${i}.bias` },
  ]);
  const blocks = fairseqMappings().filter(({ checkpointName }) => checkpointName !== '/lm_head.weight');
  return [...convolutions, ...blocks, { checkpointName: '/proj_out.weight', path: 'head.weight' }];
}

/** The first convolution has a frame for each of the spectrum, the second one for every two. */
const stride = 2;

function compose(config: ConfigReader, ignoreConfig: readonly string[]): SpeechComposition {
  const modelDim = config.size('d_model', 384);
  const bins = config.size('num_mel_bins', 80);
  const memoryPositions = config.maxPositions('max_source_positions', 1500);
  const maxPositions = config.maxPositions('max_target_positions', 448);
  const vocab = config.size('vocab_size', 51865);
  const activate = config.activation('activation_function', 'gelu');
  const dropout = config.dropout('dropout');
  const attentionDropout = config.dropout('attention_dropout');
  const activationDropout = config.dropout('activation_dropout');
  const side = (name: 'encoder' | 'decoder') => ({
    heads: config.size(`${name}_attention_heads`, 6),
    depth: config.depth(`${name}_layers`, 4),
    mlp: mlp({
      modelDim,
      hiddenDim: config.size(`${name}_ffn_dim`, 1536),
      activation: activate,
      dropout: activationDropout,
    }),
  });
  const [encoder, decoder] = [side('encoder'), side('decoder')];
  const tied = config.flag('tie_word_embeddings', true);
  const padTokenId = config.tokenId('pad_token_id') ?? 50256;
  config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);

  const norm = layerNorm({ dim: modelDim });
  const bias = { query: true, key: false, value: true, output: true };
  const encoderBlock = transformerBlock({
    norm,
    attention: selfAttention({ modelDim, heads: encoder.heads, bias, dropout: attentionDropout }),
    mlp: encoder.mlp,
    dropout,
  });
  const decoderBlock = crossBlock({
    norm,
    attention: selfAttention({ modelDim, heads: decoder.heads, bias, mask: causal(), dropout: attentionDropout }),
    crossAttention: crossAttention({ modelDim, heads: decoder.heads, bias, dropout: attentionDropout }),
    mlp: decoder.mlp,
    dropout,
  });
  const model = encoderDecoder({
    source: {
      features: sequential({
        convolution1: convolution1d({ in: bins, out: modelDim, kernelSize: 3, padding: 1 }),
        activation1: activation('gelu'),
        convolution2: convolution1d({ in: modelDim, out: modelDim, kernelSize: 3, stride, padding: 1 }),
        activation2: activation('gelu'),
      }),
      positionEncoding: learnedPositions({ maxPositions: memoryPositions, dim: modelDim }),
      afterEmbedding: dropout,
    },
    target: {
      embedding: tokenEmbedding({ vocab, dim: modelDim, padTokenId }),
      positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
      afterEmbedding: dropout,
    },
    encoder: stack({ block: encoderBlock, depth: encoder.depth, norm }),
    decoder: crossStack({ block: decoderBlock, depth: decoder.depth, norm }),
    ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
  });
  return {
    kind: 'speech-seq2seq',
    model,
    source: { kind: 'frames', bins, frames: stride * memoryPositions, stride },
    maxPositions,
    depth: decoder.depth,
    heads: decoder.heads,
    encoderDepth: encoder.depth,
    encoderHeads: encoder.heads,
  };
}

/**
 * Fields that only affect training, classification or the times of words, or that repeat other fields. The reference
 * does not scale embeddings, whatever `scale_embedding` says.
 */
const fieldsWithoutEffect: readonly string[] = [
  'num_hidden_layers',
  'init_std',
  'encoder_layerdrop',
  'decoder_layerdrop',
  'scale_embedding',
  'median_filter_width',
  'use_weighted_layer_sum',
  'classifier_proj_size',
  'apply_spec_augment',
  'mask_time_prob',
  'mask_time_length',
  'mask_time_min_masks',
  'mask_feature_prob',
  'mask_feature_length',
  'mask_feature_min_masks',
  'forced_decoder_ids',
];

import { selfAttention } from '@residual/attention';
import { convolutionalPositions } from '@residual/embeddings';
import {
  bind,
  convolution1d,
  groupNorm,
  layer,
  layerNorm,
  linear,
  type PositionEncoding,
  sequential,
  weightNormConvolution1d,
} from '@residual/layers';
import { type AnyActivation, mlp } from '@residual/mlp';
import type { Tensor } from '@residual/tensor';
import { audioModel, postNormBlock, stack, type TensorLayer, transformerBlock } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import { activationLayer } from '../encoders/bert-parts.js';
import { moduleMappings } from '../encoders/mappings.js';
import type { AudioComposition, Buffer, WeightMapping } from '../family.js';

/** What a relative of wav2vec 2.0 has of its own. */
export interface Wav2Vec2Variant {
  /** The value of `architectures` that is written. */
  readonly architecture: string;
  /** The attention of its blocks; plain self-attention if absent. */
  readonly attention?: (attention: ReturnType<typeof selfAttention>) => TensorLayer;
  /** A position encoding whose bias all blocks share; none if absent. */
  readonly positionEncoding?: (heads: number) => PositionEncoding;
}

/** The model that the fields of a config of wav2vec 2.0 or a relative describe, with the head of CTC. */
export function composeWav2Vec2(
  config: ConfigReader,
  variant: Wav2Vec2Variant,
  ignoreConfig: readonly string[],
): AudioComposition {
  const modelDim = config.size('hidden_size', 768);
  const heads = config.size('num_attention_heads', 12);
  const depth = config.depth('num_hidden_layers', 12);
  const hiddenDim = config.size('intermediate_size', 3072);
  const vocab = config.size('vocab_size', 32);
  const norm = layerNorm({ dim: modelDim, epsilon: config.number('layer_norm_eps', 1e-5) });
  const normsFirst = config.flag('do_stable_layer_norm', false);
  const dropout = config.dropout('hidden_dropout', 0.1);
  const extractor = extractorOf(config);
  const attention = selfAttention({ modelDim, heads, dropout: config.dropout('attention_dropout', 0.1) });
  const block = (normsFirst ? transformerBlock : postNormBlock)({
    norm,
    attention: variant.attention?.(attention) ?? attention,
    mlp: mlp({
      modelDim,
      hiddenDim,
      activation: config.activation('hidden_act', 'gelu'),
      dropout: config.dropout('activation_dropout', 0.1),
    }),
    dropout,
  });
  for (const field of ['add_adapter', 'conv_pos_batch_norm']) config.expectValue(field, false);
  if (config.value('adapter_attn_dim') !== undefined)
    config.refuse('adapter_attn_dim', config.value('adapter_attn_dim'), 'absent: adapters of languages are not known');
  const model = audioModel({
    features: sequential({
      extractor: extractor.layer,
      norm: config.flag('feat_proj_layer_norm', true)
        ? layerNorm({ dim: extractor.dim, epsilon: config.number('layer_norm_eps', 1e-5) })
        : undefined,
      projection: linear({ in: extractor.dim, out: modelDim }),
      dropout: config.dropout('feat_proj_dropout'),
    }),
    positionEncoding: positionsOf(config, modelDim, extractor.activation),
    afterEmbedding: normsFirst ? dropout : sequential({ norm, dropout }),
    encoder: stack({
      block,
      depth,
      norm: normsFirst ? norm : undefined,
      positionEncoding: variant.positionEncoding?.(heads),
    }),
    head: sequential({
      dropout: config.dropout('final_dropout', 0.1),
      output: linear({ in: modelDim, out: vocab, role: 'unembedding' }),
    }),
  });
  config.refuseUnread([...fieldsWithoutEffect, ...ignoreConfig]);
  return {
    kind: 'ctc',
    model,
    architecture: variant.architecture,
    source: { kind: 'samples' },
    positionsOf: extractor.positionsOf,
    masksPadding: extractor.masksPadding,
    labels: [],
    ...{ maxPositions: 2 ** 31 - 1, openEnded: true, depth, heads },
  };
}

/** The convolutions on the samples: [batch, samples, 1] to [batch, positions, dim]. */
function extractorOf(config: ConfigReader) {
  const dims = config.sizes('conv_dim', [512, 512, 512, 512, 512, 512, 512]);
  const strides = config.sizes('conv_stride', [5, 2, 2, 2, 2, 2, 2]);
  const kernels = config.sizes('conv_kernel', [10, 3, 3, 3, 3, 2, 2]);
  for (const [name, list] of Object.entries({ conv_stride: strides, conv_kernel: kernels }))
    if (list.length !== dims.length) config.refuse(name, list, `${dims.length} numbers, as many as conv_dim has`);
  const kind = config.value('feat_extract_norm') ?? 'group';
  if (kind !== 'group' && kind !== 'layer') config.refuse('feat_extract_norm', kind, 'group or layer');
  const bias = config.flag('conv_bias', false);
  const activation = config.activation('feat_extract_activation', 'gelu');
  const normOf = (i: number) => {
    if (kind === 'layer') return layerNorm({ dim: dims[i]! });
    return i === 0 ? groupNorm({ dim: dims[0]!, groups: dims[0]! }) : undefined;
  };
  const layers = dims.map((dim, i) =>
    sequential({
      convolution: convolution1d({
        in: i === 0 ? 1 : dims[i - 1]!,
        out: dim,
        kernelSize: kernels[i]!,
        stride: strides[i]!,
        bias,
      }),
      norm: normOf(i),
      activation: activationLayer(activation),
    }),
  );
  const all = layer(
    { layers },
    (w, x: Tensor, scope) => bind({ layers }, w as never, scope).layers.reduce((y, run) => run(y), x),
    { name: 'extractor', inDim: 1, outDim: dims.at(-1)! },
  );
  return {
    layer: all,
    dim: dims.at(-1)!,
    activation,
    /** The number of positions of so many samples. */
    positionsOf: (samples: number) =>
      kernels.reduce((length, kernel, i) => Math.max(0, Math.floor((length - kernel) / strides[i]!) + 1), samples),
    /** A norm over all positions reads padding too, so that padded recordings have no mask in the reference. */
    masksPadding: kind === 'layer',
  };
}

/** The positions: a convolution over many of them with a normed weight. */
function positionsOf(config: ConfigReader, modelDim: number, activation: AnyActivation) {
  const kernelSize = config.size('num_conv_pos_embeddings', 128);
  const groups = config.size('num_conv_pos_embedding_groups', 16);
  if (modelDim % groups !== 0) config.refuse('num_conv_pos_embedding_groups', groups, `a divisor of ${modelDim}`);
  const before = Math.floor(kernelSize / 2);
  const padding = [before, kernelSize - 1 - before] as const; // as many outputs as inputs
  return convolutionalPositions(
    sequential({
      convolution: weightNormConvolution1d({ in: modelDim, out: modelDim, kernelSize, padding, groups }),
      activation: activationLayer(activation),
    }),
  );
}

/** The mappings of the weights that wav2vec 2.0 and its relatives have. */
export function wav2Vec2Mappings(): WeightMapping[] {
  const positions = 'encoder.pos_conv_embed.conv';
  const extracted = 'feature_extractor.conv_layers.*';
  return [
    {
      checkpointName: `${extracted}.conv.weight`,
      path: 'features.extractor.layers.*.convolution.weight',
      inAxes: [1, 0],
    },
    { checkpointName: `${extracted}.conv.bias`, path: 'features.extractor.layers.*.convolution.bias' },
    ...moduleMappings({
      [`${extracted}.layer_norm`]: 'features.extractor.layers.*.norm',
      'feature_projection.layer_norm': 'features.norm',
      'feature_projection.projection': 'features.projection',
      'encoder.layer_norm': 'onEmbedded.norm',
    }),
    ...moduleMappings({ 'encoder.layer_norm': 'encoder.norm' }),
    {
      checkpointName: `${positions}.parametrizations.weight.original0`,
      otherNames: [`${positions}.weight_g`],
      path: 'positions.convolution.magnitude',
      unitAxis: [0, 0],
    },
    {
      checkpointName: `${positions}.parametrizations.weight.original1`,
      otherNames: [`${positions}.weight_v`],
      path: 'positions.convolution.direction',
      inAxes: [1, 0],
    },
    { checkpointName: `${positions}.bias`, path: 'positions.convolution.bias' },
    ...moduleMappings(
      {
        'attention.q_proj': 'attention.query',
        'attention.k_proj': 'attention.key',
        'attention.v_proj': 'attention.value',
        'attention.out_proj': 'attention.output',
        layer_norm: 'attentionNorm',
        'feed_forward.intermediate_dense': 'mlp.up',
        'feed_forward.output_dense': 'mlp.down',
        final_layer_norm: 'mlpNorm',
      },
      { from: 'encoder.layers.*.', to: 'encoder.layers.*.' },
    ),
    ...moduleMappings({ '/lm_head': 'head.output' }),
  ];
}

/** The taps of the hidden states where the reference returns them before the norm after the last block. */
export function blockOutputs(depth: number): string[] {
  return ['embedded', ...Array.from({ length: depth }, (_, i) => `encoder.layers.${i}.output`)];
}

/** What files contain beside: the vector of masked positions and the quantizer, which only pretraining uses. */
export function wav2Vec2Buffers(): Buffer[] {
  return [/(^|\.)masked_spec_embed$/, /^(quantizer|project_q|project_hid)\./].map(name => ({ name }));
}

/** Fields that only affect training, or heads for other tasks. */
const fieldsWithoutEffect: readonly string[] = [
  ...['adapter_kernel_size', 'adapter_stride', 'num_adapter_layers', 'output_hidden_size', 'num_feat_extract_layers'],
  ...['apply_spec_augment', 'mask_time_prob', 'mask_time_length', 'mask_time_min_masks', 'mask_channel_length'],
  ...['mask_feature_prob', 'mask_feature_length', 'mask_feature_min_masks', 'mask_channel_prob', 'mask_channel_other'],
  ...['mask_channel_min_space', 'mask_channel_selection', 'mask_time_other', 'mask_time_min_space'],
  ...['mask_time_selection', 'layerdrop', 'ctc_loss_reduction', 'ctc_zero_infinity', 'use_weighted_layer_sum'],
  ...['classifier_proj_size', 'tdnn_dim', 'tdnn_kernel', 'tdnn_dilation', 'xvector_output_dim', 'num_ctc_classes'],
  ...['codevector_dim', 'contrastive_logits_temperature', 'diversity_loss_weight', 'num_codevector_groups'],
  ...['num_codevectors_per_group', 'num_negatives', 'proj_codevector_dim', 'feat_quantizer_dropout'],
  ...['hidden_dropout_prob', 'replace_prob', 'freeze_feat_extract_train', 'no_mask_channel_overlap'],
  ...['no_mask_time_overlap', 'feat_extract_dropout', 'tokenizer_class', 'gradient_checkpointing'],
];

import { causal, crossAttention, selfAttention } from '@residual/attention';
import { relativePositions, tokenEmbedding } from '@residual/embeddings';
import { type Dropout, linear, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import {
  crossBlock,
  crossStack,
  encoderDecoder,
  stack,
  type TensorLayer,
  transformerBlock,
} from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import type { Family, SequenceToSequenceComposition } from '../family.js';
import { t5Gguf } from '../gguf/tables.js';
import { normThenDropout } from './norm-then-dropout.js';
import { t5Mappings } from './t5-mappings.js';

/**
 * T5 (Raffel et al. 2020) and T5 1.1, FLAN-T5: relative positions shared by all blocks of a stack, attention scores
 * without scaling, no biases.
 */
export const t5: Family<SequenceToSequenceComposition> = /* @__PURE__ */ t5Family('t5', 'T5', {
  tied: true,
  feedForward: 'relu',
  mayScale: true,
});

/** mT5 (Xue et al. 2021): T5 1.1 without scaling of the decoder's output. */
export const mt5: Family<SequenceToSequenceComposition> = /* @__PURE__ */ t5Family('mt5', 'MT5', {
  tied: false,
  feedForward: 'gated-gelu',
  mayScale: false,
});

/** umT5 (Chung et al. 2023): T5 1.1 with relative positions of its own in every block. */
export const umt5: Family<SequenceToSequenceComposition> = /* @__PURE__ */ t5Family('umt5', 'UMT5', {
  tied: true,
  feedForward: 'gated-gelu',
  mayScale: true,
  positions: 'of-blocks',
  sizes: { d_ff: 1024, num_layers: 8, num_heads: 6, vocab_size: 250112 },
});

interface Defaults {
  readonly tied: boolean;
  readonly feedForward: string;
  /** Whether the decoder's output may be multiplied by 1 / √modelDim before the head. */
  readonly mayScale: boolean;
  /** Whether all blocks of a stack share relative positions, or each has its own; shared if absent. */
  readonly positions?: 'of-blocks';
  /** Values of fields that are absent, where they are others than in T5. */
  readonly sizes?: Readonly<Record<string, number>>;
}

function t5Family(name: string, prefix: string, defaults: Defaults): Family<SequenceToSequenceComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: [`${prefix}ForConditionalGeneration`, `${prefix}Model`],
    compose: (fields, { ignoreConfig = [] } = {}) => compose(defaults, new ConfigReader(name, fields), ignoreConfig),
    prefix: '',
    mappings: t5Mappings(),
    // Early T5 checkpoints contain this tensor, but cross-attention has no position bias.
    buffers: [{ name: /EncDecAttention\.relative_attention_bias\.weight$/ }],
    aliases: { 'shared.weight': ['encoder.embed_tokens.weight', 'decoder.embed_tokens.weight', 'lm_head.weight'] },
    head: 'lm_head.weight',
    ...(!defaults.positions && { gguf: t5Gguf(defaults.mayScale) }), // llama.cpp has T5 and mT5
    // Tying decides whether the output is scaled, unless the config says so.
    untiedConfig: config => (defaults.mayScale ? { scale_decoder_outputs: scalesOutput(config, defaults) } : {}),
  };
}

function compose(
  { tied: tiedByDefault, feedForward, mayScale, positions, sizes }: Defaults,
  config: ConfigReader,
  ignoreConfig: readonly string[],
): SequenceToSequenceComposition {
  const modelDim = config.size('d_model', 512);
  const headDim = config.size('d_kv', 64);
  const heads = config.size('num_heads', sizes?.num_heads ?? 8);
  const encoderDepth = config.depth('num_layers', sizes?.num_layers ?? 6);
  const depth = config.depth('num_decoder_layers', encoderDepth);
  const vocab = config.size('vocab_size', sizes?.vocab_size ?? 32128);
  const maxPositions = config.maxPositions('n_positions', 512); // relative positions also work beyond it
  const buckets = config.size('relative_attention_num_buckets', 32);
  const maxDistance = config.size('relative_attention_max_distance', 128);
  const dropout = config.dropout('dropout_rate');
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('layer_norm_epsilon', 1e-6) });
  const mlpLayer = mlpOf(config, {
    modelDim,
    hiddenDim: config.size('d_ff', sizes?.d_ff ?? 2048),
    feedForward,
    dropout,
  });
  const tied = config.flag('tie_word_embeddings', tiedByDefault);
  const scales = mayScale && config.flag('scale_decoder_outputs', tied);
  if (!mayScale) config.expectValue('scale_decoder_outputs', false);
  config.refuseUnread([...ignoredFields, ...ignoreConfig]);

  const settings = { modelDim, heads, headDim, bias: false, scale: 1, dropout };
  const embedding = tokenEmbedding({ vocab, dim: modelDim });
  const relative = {
    encoder: relativePositions({ heads, buckets, maxDistance, bidirectional: true }),
    decoder: relativePositions({ heads, buckets, maxDistance }),
  };
  const ofBlocks = (side: 'encoder' | 'decoder') => (positions ? { positionEncoding: relative[side] } : {});
  const ofStack = (side: 'encoder' | 'decoder') => (positions ? undefined : relative[side]);
  const finalNorm = normThenDropout(norm, dropout);
  const model = encoderDecoder({
    source: { embedding, afterEmbedding: dropout },
    encoder: stack({
      block: transformerBlock({
        norm,
        attention: selfAttention({ ...settings, ...ofBlocks('encoder') }),
        mlp: mlpLayer,
        dropout,
      }) as TensorLayer,
      depth: encoderDepth,
      norm: finalNorm,
      positionEncoding: ofStack('encoder'),
    }),
    decoder: crossStack({
      block: crossBlock({
        norm,
        attention: selfAttention({ ...settings, mask: causal(), ...ofBlocks('decoder') }),
        crossAttention: crossAttention(settings),
        mlp: mlpLayer,
        dropout,
      }),
      depth,
      norm: finalNorm,
      positionEncoding: ofStack('decoder'),
    }),
    ...(scales && { headScale: 1 / Math.sqrt(modelDim) }),
    ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
  });
  return { kind: 'seq2seq-lm', model, maxPositions, openEnded: true, depth, heads, encoderDepth, encoderHeads: heads };
}

const scalesOutput = (config: Config, { tied }: Defaults) =>
  config.scale_decoder_outputs ?? config.tie_word_embeddings ?? tied;

function mlpOf(
  config: ConfigReader,
  { feedForward, ...sizes }: { modelDim: number; hiddenDim: number; feedForward: string; dropout: Dropout | undefined },
): TensorLayer {
  const projectionType = config.value('feed_forward_proj') ?? feedForward;
  if (typeof projectionType !== 'string')
    return config.refuse('feed_forward_proj', projectionType, 'the name of an activation');
  const gated = projectionType.startsWith('gated-');
  const act = projectionType.replace('gated-', '');
  const activation = config.activationNamed('feed_forward_proj', projectionType === 'gated-gelu' ? 'gelu_new' : act);
  config.expectValue('is_gated_act', gated);
  config.value('dense_act_fn'); // follows from feed_forward_proj
  const options = { ...sizes, activation, bias: false };
  return gated ? gatedMlp(options) : mlp(options);
}

/** Fields that do not change the results: they concern training, or follow from other fields. */
const ignoredFields: readonly string[] = [
  'initializer_factor',
  'classifier_dropout',
  'num_hidden_layers',
  'output_past',
];

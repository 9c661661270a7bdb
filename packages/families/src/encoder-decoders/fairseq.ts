import { causal, crossAttention, selfAttention } from '@residual/attention';
import { beforePositions, learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { type LayerNorm, layer, layerNorm, linear, type PositionEncoding } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { mul, type Tensor } from '@residual/tensor';
import {
  crossBlock,
  crossStack,
  encoderDecoder,
  postNormBlock,
  postNormCrossBlock,
  stack,
  type TensorLayer,
  transformerBlock,
} from '@residual/transformer';
import { ConfigReader } from '../config/config.js';
import type { Family, PositionTable, SequenceToSequenceComposition } from '../family.js';
import { fairseqMappings } from './fairseq-mappings.js';
import { normThenDropout } from './norm-then-dropout.js';

/** The differences between encoder-decoders that share the checkpoint layout of fairseq. */
export interface Variant {
  readonly name: string;
  readonly modelTypes: readonly string[];
  readonly architectures: readonly string[];
  /** Post-norm, as in the original transformer, or pre-norm with a final norm. */
  readonly norms: 'post' | 'pre';
  /** Whether a norm follows the embedding, or stands between it and the positions on the side of the decoder. */
  readonly embeddingNorm: boolean | 'before-target-positions';
  /** The position encoding of one side, for inputs up to `maxPositions`. */
  readonly positionEncoding: (options: { maxPositions: number; dim: number }) => PositionEncoding;
  /** The position table that a checkpoint may contain although a formula computes it, and the last part of its name. */
  readonly positionTable?: Omit<PositionTable, 'checkpointName' | 'paths'> & { readonly leaf: string };
  /** Whether positions are learned; then encoder and decoder have their own. */
  readonly hasLearnedPositions: boolean;
  /** Whether the logits have a bias. */
  readonly logitsBias: boolean;
  readonly scaleEmbedding: boolean;
  readonly activation: string;
  /** Whether source and target may have separate embeddings (`share_encoder_decoder_embeddings` of Marian). */
  readonly separateEmbeddings?: boolean;
  /** Values of fields that are absent, where they are others than in BART. */
  readonly defaults?: Readonly<Record<string, number>>;
  /** Fields of older configs, with the only value that is supported. */
  readonly fixedFields: Readonly<Record<string, unknown>>;
}

/** A family in the layout of fairseq's encoder-decoders: Marian, BART, mBART, M2M-100, Pegasus. */
export function fairseqFamily(variant: Variant): Family<SequenceToSequenceComposition> {
  const { name, modelTypes, architectures } = variant;
  return {
    name,
    modelTypes,
    architectures,
    compose: (fields, { ignoreConfig = [], storedPositionTables = false } = {}) =>
      compose(storedPositionTables ? withStoredTables(variant) : variant, new ConfigReader(name, fields), ignoreConfig),
    prefix: 'model.',
    mappings: fairseqMappings(),
    // Tensors of fairseq without weights: one stores the device, the other the version of the layout.
    buffers: [{ name: /(^|\.)embed_positions\._float_tensor$/ }, { name: /^(model\.)?(encoder|decoder)\.version$/ }],
    ...(variant.positionTable && { positionTables: positionTables(variant.positionTable) }),
    aliases: {
      'model.shared.weight': [
        'model.encoder.embed_tokens.weight',
        'model.decoder.embed_tokens.weight',
        'lm_head.weight',
      ],
      'model.decoder.embed_tokens.weight': ['lm_head.weight'],
    },
    head: 'lm_head.weight',
    copies: { 'model.shared.weight': ['model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight'] },
  };
}

/** The position tables of a checkpoint, of encoder and decoder. */
function positionTables({ leaf, ...table }: NonNullable<Variant['positionTable']>): PositionTable[] {
  const [source, target] = ['source.positions.table', 'target.positions.table'];
  return [
    { checkpointName: `encoder.embed_positions.${leaf}`, paths: [source], ...table },
    { checkpointName: `decoder.embed_positions.${leaf}`, paths: [target, source], ...table },
  ];
}

/** The same variant with the position tables of the checkpoint instead of the formula. */
const withStoredTables = (variant: Variant): Variant => ({
  ...variant,
  positionEncoding: learnedPositions,
  hasLearnedPositions: true,
});

function compose(
  variant: Variant,
  config: ConfigReader,
  ignoreConfig: readonly string[],
): SequenceToSequenceComposition {
  const absent = { ...bartDefaults, ...variant.defaults };
  const modelDim = config.size('d_model', absent.d_model);
  const maxPositions = config.maxPositions('max_position_embeddings', absent.max_position_embeddings);
  const vocab = config.size('vocab_size');
  const activation = config.activation('activation_function', variant.activation);
  const residualDropout = config.dropout('dropout');
  const attentionDropout = config.dropout('attention_dropout');
  const activationDropout = config.dropout('activation_dropout');
  const norm = layerNorm({ dim: modelDim });
  const side = (name: 'encoder' | 'decoder') => ({
    heads: config.size(`${name}_attention_heads`, absent[`${name}_attention_heads`]),
    depth: config.depth(`${name}_layers`, absent[`${name}_layers`]),
    mlp: mlp({
      modelDim,
      hiddenDim: config.size(`${name}_ffn_dim`, absent[`${name}_ffn_dim`]),
      activation,
      dropout: activationDropout,
    }),
  });
  const [encoder, decoder] = [side('encoder'), side('decoder')];
  const scale = config.flag('scale_embedding', variant.scaleEmbedding) ? Math.sqrt(modelDim) : 1;
  const sharesEmbedding = !variant.separateEmbeddings || config.flag('share_encoder_decoder_embeddings', true);
  const targetVocab = variant.separateEmbeddings ? config.size('decoder_vocab_size', vocab) : vocab;
  const tied = config.flag('tie_word_embeddings', true);
  const padding = config.tokenId('pad_token_id');
  for (const [field, allowed] of Object.entries(variant.fixedFields)) config.expectValue(field, allowed);
  config.refuseUnread([...trainingFields, ...ignoreConfig]);

  const input = (hasNorm: boolean) => ({
    positionEncoding: variant.positionEncoding({ maxPositions, dim: modelDim }),
    afterEmbedding: hasNorm ? normThenDropout(norm, residualDropout) : residualDropout,
  });
  const targetInput = () => {
    if (variant.embeddingNorm !== 'before-target-positions') return input(variant.embeddingNorm);
    const { positionEncoding, afterEmbedding } = input(false);
    return { positionEncoding: beforePositions(normOfUnscaled(norm, scale), positionEncoding), afterEmbedding };
  };
  const encoderParts = {
    norm,
    attention: selfAttention({ modelDim, heads: encoder.heads, dropout: attentionDropout }),
    mlp: encoder.mlp,
    dropout: residualDropout,
  };
  const decoderParts = {
    norm,
    attention: selfAttention({ modelDim, heads: decoder.heads, mask: causal(), dropout: attentionDropout }),
    crossAttention: crossAttention({ modelDim, heads: decoder.heads, dropout: attentionDropout }),
    mlp: decoder.mlp,
    dropout: residualDropout,
  };
  const isPostNorm = variant.norms === 'post';
  const finalNorm = isPostNorm ? {} : { norm };
  const hasTargetInput = !sharesEmbedding || variant.hasLearnedPositions;
  const targetEmbedding = sharesEmbedding
    ? {}
    : { embedding: tokenEmbedding({ vocab: targetVocab, dim: modelDim, scale, padTokenId: padding }) };
  const model = encoderDecoder({
    source: {
      embedding: tokenEmbedding({ vocab, dim: modelDim, scale, padTokenId: padding }),
      ...input(variant.embeddingNorm !== false),
    },
    ...(hasTargetInput && { target: { ...targetEmbedding, ...targetInput() } }),
    encoder: stack({
      block: (isPostNorm ? postNormBlock(encoderParts) : transformerBlock(encoderParts)) as TensorLayer,
      depth: encoder.depth,
      ...finalNorm,
    }),
    decoder: crossStack({
      block: isPostNorm ? postNormCrossBlock(decoderParts) : crossBlock(decoderParts),
      depth: decoder.depth,
      ...finalNorm,
    }),
    ...(tied
      ? { logitsBias: variant.logitsBias }
      : { head: linear({ in: modelDim, out: targetVocab, bias: variant.logitsBias, role: 'unembedding' }) }),
  });
  const { depth, heads } = decoder;
  return {
    kind: 'seq2seq-lm',
    model,
    maxPositions,
    depth,
    heads,
    encoderDepth: encoder.depth,
    encoderHeads: encoder.heads,
  };
}

const bartDefaults: Readonly<Record<string, number>> = {
  d_model: 1024,
  max_position_embeddings: 1024,
  encoder_attention_heads: 16,
  decoder_attention_heads: 16,
  encoder_layers: 12,
  decoder_layers: 12,
  encoder_ffn_dim: 4096,
  decoder_ffn_dim: 4096,
};

/** A norm of x / scale: the decoder of BlenderbotSmall does not scale its embeddings. */
function normOfUnscaled(norm: LayerNorm, scale: number): TensorLayer {
  if (scale === 1) return norm;
  return layer(norm.needs, (w, x: Tensor, scope) => norm(w, mul(x, 1 / scale), scope), norm.about);
}

/** Fields that only affect training, or that repeat other fields. */
const trainingFields: readonly string[] = [
  'init_std',
  'encoder_layerdrop',
  'decoder_layerdrop',
  'num_hidden_layers',
  'classifier_dropout',
  'classif_dropout',
  'static_position_embeddings',
  'force_bos_token_to_be_generated',
  'layernorm_variant',
];

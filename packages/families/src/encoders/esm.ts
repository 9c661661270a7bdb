import { keyRange, selfAttention } from '@residual/attention';
import {
  learnedPositions,
  rotary,
  rotaryFrequencies,
  type TokenEmbedding,
  tokenEmbedding,
  unpaddedPositions,
} from '@residual/embeddings';
import { layer, layerNorm, matrix, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { div, embed, equal, fill, mul, reshape, scalarMinus, sum, type Tensor, toFloat } from '@residual/tensor';
import { stack, transformerBlock } from '@residual/transformer';
import { firstDifference } from '../checkpoint/first-difference.js';
import { type Config, ConfigReader } from '../config/config.js';
import type { Difference, Family, TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import { architecturesOf, tasksWithoutAnswers } from '../text/text-tasks.js';
import { bertMaskedHead, denseClassifier, tokenClassifier } from './bert-parts.js';
import { pretrainingBuffers } from './buffers.js';
import { blockMappings, decoderMappings, moduleMappings } from './mappings.js';

/** ESM-2 (Lin et al. 2023), a language model of proteins: pre-norm blocks with rotary positions. */
export const esm: Family<TextComposition> = /* @__PURE__ */ esmFamily();

function esmFamily(): Family<TextComposition> {
  return {
    name: 'esm',
    modelTypes: ['esm'],
    architectures: architecturesOf('Esm', tasksWithoutAnswers),
    compose: (config, { ignoreConfig = [], storedFrequencies } = {}) => {
      const reader = new ConfigReader('esm', config);
      const fields = fieldsOf(reader);
      const { modelDim, depth, heads } = fields;
      const norm = fields.norm(modelDim);
      const { input, attention, maxPositions, isRotary } = positionsOf(reader, fields, storedFrequencies);
      const block = transformerBlock({
        norm,
        attention: selfAttention({ modelDim, heads, ...attention, dropout: fields.attentionDropout }),
        mlp: mlp({ modelDim, hiddenDim: fields.hiddenDim }),
        dropout: fields.dropout,
      });
      const classified = { modelDim, classifierDropout: fields.dropout };
      return composeText(reader, {
        className: 'Esm',
        input,
        blocks: { encoder: stack({ block, depth, norm }) },
        heads: {
          'masked-lm': () => bertMaskedHead(fields),
          'sequence-classification': labels => denseClassifier(classified, labels),
          'token-classification': labels => tokenClassifier(classified, labels),
        },
        sizes: { maxPositions, openEnded: isRotary, depth, heads },
        ignoredFields: ['vocab_list', 'esmfold_config', 'classifier_dropout', ...ignoreConfig],
      });
    },
    prefix: 'esm.',
    mappings: [
      ...moduleMappings({
        'embeddings.word_embeddings': 'embedding',
        'embeddings.position_embeddings': 'positions',
        'embeddings.layer_norm': 'onEmbedded.norm',
        'encoder.emb_layer_norm_after': 'encoder.norm',
      }),
      ...blockMappings().filter(({ path }) => !/Norm/.test(`${path}`)),
      ...moduleMappings(
        { 'attention.LayerNorm': 'attentionNorm', LayerNorm: 'mlpNorm' },
        { from: 'encoder.layer.*.', to: 'encoder.layers.*.' },
      ),
      ...moduleMappings({
        '/lm_head.dense': 'transform.dense',
        '/lm_head.layer_norm': 'transform.norm',
        '/classifier.dense': 'head.dense',
        '/classifier.out_proj': 'head.output',
        '/classifier': 'head.classifier',
      }),
      ...decoderMappings('/lm_head.decoder.weight', '/lm_head.bias'),
    ],
    buffers: [
      // The head of contacts reads the attention weights of all blocks; no task uses it.
      ...pretrainingBuffers([/(^|\.)contact_head\.regression\.(weight|bias)$/]),
      {
        name: /(^|\.)rotary_embeddings\.inv_freq$/,
        findDifference: differsFromRotary,
        areFrequencies: true,
        saved: {
          checkpointName: 'encoder.layer.*.attention.self.rotary_embeddings.inv_freq',
          path: 'encoder.layers.*.attention.positions.frequencies',
        },
      },
    ],
    aliases: {
      'esm.embeddings.word_embeddings.weight': 'lm_head.decoder.weight',
      'lm_head.bias': 'lm_head.decoder.bias',
    },
    head: 'lm_head.decoder.weight',
  };
}

function fieldsOf(reader: ConfigReader) {
  const modelDim = reader.size('hidden_size', 768);
  const epsilon = reader.number('layer_norm_eps', 1e-12);
  for (const field of ['is_decoder', 'add_cross_attention', 'is_folding_model']) reader.expectValue(field, false);
  return {
    vocab: reader.size('vocab_size'),
    modelDim,
    embeddingDim: modelDim,
    heads: reader.size('num_attention_heads', 12),
    depth: reader.depth('num_hidden_layers', 12),
    hiddenDim: reader.size('intermediate_size', 3072),
    activation: 'gelu' as const,
    types: 0,
    padTokenId: reader.tokenId('pad_token_id') ?? 1,
    dropout: reader.dropout('hidden_dropout_prob', 0.1),
    attentionDropout: reader.dropout('attention_probs_dropout_prob', 0.1),
    classifierDropout: undefined,
    norm: (dim: number) => layerNorm({ dim, epsilon }),
    tied: reader.flag('tie_word_embeddings', true),
  };
}

type EsmFields = ReturnType<typeof fieldsOf>;

/** The input with its positions: learned ones, which skip padding, or rotary ones in the attention. */
function positionsOf(
  reader: ConfigReader,
  { vocab, modelDim: dim, heads, padTokenId, norm }: EsmFields,
  frequencies: readonly number[] | undefined,
) {
  const type = reader.value('position_embedding_type') ?? 'absolute';
  if (type !== 'absolute' && type !== 'rotary')
    return reader.refuse('position_embedding_type', type, 'absolute or rotary');
  const rows = reader.maxPositions('max_position_embeddings', 1026);
  const base = reader.number('rope_theta', 10000);
  const hasNorm = reader.flag('emb_layer_norm_before', false);
  const maskTokenId = reader.tokenId('mask_token_id');
  const drops = reader.flag('token_dropout', false);
  const embedding =
    drops && maskTokenId !== undefined
      ? rescaledEmbedding({ vocab, dim, padTokenId, maskTokenId })
      : tokenEmbedding({ vocab, dim, padTokenId });
  const input = { embedding, afterEmbedding: hasNorm ? sequential({ norm: norm(dim) }) : undefined };
  if (type === 'rotary') {
    const angles = frequencies ? { frequencies } : { base };
    const positionEncoding = rotary({ headDim: dim / heads, storedPositions: rows, ...angles });
    return { input, attention: { positionEncoding }, maxPositions: rows, isRotary: true };
  }
  const offset = padTokenId + 1;
  const maxPositions = rows - offset;
  if (maxPositions < 1) reader.refuse('max_position_embeddings', rows, `more than the ${offset} rows before the first`);
  const positionEncoding = learnedPositions({ maxPositions, dim, offset });
  const learned = { ...input, positionEncoding, positionIds: unpaddedPositions(padTokenId) };
  return { input: learned, attention: {}, maxPositions, isRotary: false };
}

interface RescaledEmbeddingOptions {
  readonly vocab: number;
  readonly dim: number;
  readonly padTokenId: number;
  readonly maskTokenId: number;
}

/**
 * The token embedding of ESM-2: masked tokens are zeros, as if dropped out, and all vectors are scaled by the share of
 * tokens that training left, over the share that this text leaves.
 */
function rescaledEmbedding({ vocab, dim, padTokenId, maskTokenId }: RescaledEmbeddingOptions): TokenEmbedding {
  const maskedInTraining = 0.15 * 0.8;
  const lookUp = layer(
    { weight: matrix([vocab, dim], { role: 'embedding' }) },
    (w, ids: Tensor, scope) => {
      const [batch, length] = ids.shape as [number, number];
      const isMasked = toFloat(equal(ids, maskTokenId)); // [batch, length]
      const end = scope.get(keyRange)?.keyEnd;
      const masked = sum(isMasked, { axis: 1 }); // [batch]
      const share = end ? div(masked, toFloat(end)) : mul(masked, 1 / length);
      const left = scalarMinus(1, share);
      const scale = reshape(div(fill([batch], 1 - maskedInTraining), left), [batch, 1, 1]);
      const vectors = embed(w.weight, ids, { padTokenId });
      return mul(mul(vectors, reshape(scalarMinus(1, isMasked), [batch, length, 1])), scale);
    },
    { name: 'rescaledEmbedding', outDim: dim },
  );
  return Object.assign(lookUp, { vocab, dim });
}

/** The angles per position [headDim / 2]; others than the formula gives are used. */
function differsFromRotary(values: Float32Array, _: readonly number[], fields: Config): Difference | undefined {
  const base = new ConfigReader('esm', fields).number('rope_theta', 10000);
  const { frequencies } = rotaryFrequencies({ rotaryDim: 2 * values.length, base });
  return firstDifference(
    values,
    i => frequencies[i]!,
    frequency => 1e-6 * frequency + 1e-9,
  );
}

import { selfAttention } from '@residual/attention';
import { learnedPositions, type PositionIds, tokenEmbedding } from '@residual/embeddings';
import type { PositionEncoding } from '@residual/layers';
import { activation, type Dropout, type LayerNorm, layer, layerNorm, linear, sequential } from '@residual/layers';
import { type AnyActivation, mlp } from '@residual/mlp';
import type { Tensor } from '@residual/tensor';
import { firstToken, postNormBlock, type TensorLayer, type TextInputParts } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { MaskedHead } from '../text/compose-text.js';

/** The fields that BERT and its relatives share, with the parts that follow from them. */
export interface BertFields {
  readonly vocab: number;
  readonly modelDim: number;
  /** The width of the embeddings, where it may be another. */
  readonly embeddingDim: number;
  readonly heads: number;
  readonly depth: number;
  readonly hiddenDim: number;
  readonly activation: AnyActivation;
  readonly types: number;
  readonly padTokenId: number;
  readonly dropout: Dropout | undefined;
  readonly attentionDropout: Dropout | undefined;
  readonly classifierDropout: Dropout | undefined;
  readonly norm: (dim: number) => LayerNorm;
  readonly tied: boolean;
}

/** The defaults of a family where they are not those of BERT. */
export interface BertDefaults {
  readonly vocab?: number;
  readonly modelDim?: number;
  readonly depth?: number;
  readonly heads?: number;
  readonly hiddenDim?: number;
  readonly types?: number;
  readonly padTokenId?: number;
  readonly epsilon?: number;
  /** The default width of the embeddings, where it may be another than that of the blocks. */
  readonly embeddingDim?: number;
  /** The rate of dropout. */
  readonly dropout?: number;
  readonly activation?: string;
}

/** Fields of published configs that no class of the reference reads, or only one for another task. */
export const ignoredBertFields: readonly string[] = [
  ...['pooler_fc_size', 'pooler_num_attention_heads', 'pooler_num_fc_layers', 'pooler_size_per_head', 'pooler_type'],
  ...['summary_type', 'summary_use_proj', 'summary_activation', 'summary_last_dropout', 'summary_first_dropout'],
  ...['directionality', 'adapters', 'sbert_ce_default_activation_function', 'sentence_transformers'],
  ...['classifier_dropout', 'position_embedding_type'],
];

/** Reads the fields that BERT and its relatives share, with the defaults of BERT unless others are given. */
export function bertFields(config: ConfigReader, defaults: BertDefaults = {}): BertFields {
  const modelDim = config.size('hidden_size', defaults.modelDim ?? 768);
  const { embeddingDim } = defaults;
  const epsilon = config.number('layer_norm_eps', defaults.epsilon ?? 1e-12);
  for (const field of ['is_decoder', 'add_cross_attention']) config.expectValue(field, false);
  const rate = defaults.dropout ?? 0.1;
  const hiddenRate = config.number('hidden_dropout_prob', rate);
  return {
    vocab: config.size('vocab_size', defaults.vocab ?? 30522),
    modelDim,
    embeddingDim: embeddingDim === undefined ? modelDim : config.size('embedding_size', embeddingDim),
    heads: config.size('num_attention_heads', defaults.heads ?? 12),
    depth: config.depth('num_hidden_layers', defaults.depth ?? 12),
    hiddenDim: config.size('intermediate_size', defaults.hiddenDim ?? 3072),
    activation: config.activation('hidden_act', defaults.activation ?? 'gelu'),
    types: config.count('type_vocab_size', defaults.types ?? 2),
    padTokenId: config.tokenId('pad_token_id') ?? defaults.padTokenId ?? 0,
    dropout: config.dropout('hidden_dropout_prob', rate),
    attentionDropout: config.dropout('attention_probs_dropout_prob', rate),
    classifierDropout: config.dropout('classifier_dropout', hiddenRate),
    norm: dim => layerNorm({ dim, epsilon }),
    tied: config.flag('tie_word_embeddings', true),
  };
}

/** The embeddings of tokens and types, and norm, dropout and a projection to the width of the blocks after them. */
export function bertInput(
  fields: BertFields,
  positions: Pick<TextInputParts, 'positionEncoding' | 'positionIds'>,
  { projects = fields.embeddingDim !== fields.modelDim }: { readonly projects?: boolean } = {},
) {
  const { vocab, embeddingDim: dim, modelDim, types, padTokenId, norm, dropout } = fields;
  return {
    embedding: tokenEmbedding({ vocab, dim, padTokenId }),
    typeEmbedding: types > 0 ? tokenEmbedding({ vocab: types, dim }) : undefined,
    afterEmbedding: sequential({
      norm: norm(dim),
      dropout,
      projection: projects ? linear({ in: dim, out: modelDim }) : undefined,
    }),
    ...positions,
  };
}

/** Learned positions; `positionIds` are those that skip padding if the first rows of the table are for padding. */
export function bertPositions(
  config: ConfigReader,
  { embeddingDim: dim }: BertFields,
  { offset = 0, positionIds }: { readonly offset?: number; readonly positionIds?: PositionIds } = {},
) {
  config.expectValue('position_embedding_type', 'absolute');
  const rows = config.maxPositions('max_position_embeddings', 512);
  const maxPositions = rows - offset;
  if (maxPositions < 1) config.refuse('max_position_embeddings', rows, `more than the ${offset} rows before the first`);
  const positionEncoding = learnedPositions({ maxPositions, dim, offset });
  return { maxPositions, positions: { positionEncoding, positionIds } };
}

/** The post-norm block of BERT. */
export function bertBlock(
  { modelDim, heads, hiddenDim, activation, norm, dropout, attentionDropout }: BertFields,
  positionEncoding?: PositionEncoding,
) {
  return postNormBlock({
    norm: norm(modelDim),
    attention: selfAttention({
      modelDim,
      heads,
      dropout: attentionDropout,
      ...(positionEncoding && { positionEncoding }),
    }),
    mlp: mlp({ modelDim, hiddenDim, activation }),
    dropout,
  });
}

/** An activation as a layer. */
export function activationLayer(name: AnyActivation): TensorLayer {
  return typeof name === 'string' ? activation(name) : layer({}, (_, x: Tensor) => name(x), { name: 'activation' });
}

/** The head of masked tokens of BERT: a dense layer, the activation, a norm, and the decoder with a bias. */
export function bertMaskedHead({ modelDim, embeddingDim, activation, norm, tied, vocab }: BertFields): MaskedHead {
  const transform = sequential({
    dense: linear({ in: modelDim, out: embeddingDim }),
    activation: activationLayer(activation),
    norm: norm(embeddingDim),
  });
  if (tied) return { transform, logitsBias: true };
  return { transform, head: linear({ in: embeddingDim, out: vocab, role: 'unembedding' }) };
}

/** The classifier of texts of BERT: the first token through a dense layer and tanh. */
export function bertClassifier({ modelDim, classifierDropout }: BertFields, labels: number): TensorLayer {
  return sequential({
    pool: firstToken(),
    pooler: linear({ in: modelDim, out: modelDim }),
    activation: activation('tanh'),
    dropout: classifierDropout,
    classifier: linear({ in: modelDim, out: labels }),
  });
}

/** The classifier of tokens of BERT. */
export function tokenClassifier(
  { modelDim, classifierDropout }: Pick<BertFields, 'modelDim' | 'classifierDropout'>,
  labels: number,
): TensorLayer {
  return sequential({ dropout: classifierDropout, classifier: linear({ in: modelDim, out: labels }) });
}

/** The head of answers: the scores of the start and the end at each token. */
export function answerHead(modelDim: number, labels: number): TensorLayer {
  return sequential({ spans: linear({ in: modelDim, out: labels }) });
}

/** The classifier of RoBERTa: the first token through dropout, a dense layer, an activation, and another layer. */
export function denseClassifier(
  { modelDim, classifierDropout: dropout }: Pick<BertFields, 'modelDim' | 'classifierDropout'>,
  labels: number,
  act: AnyActivation = 'tanh',
): TensorLayer {
  return sequential({
    pool: firstToken(),
    inputDropout: dropout,
    dense: linear({ in: modelDim, out: modelDim }),
    activation: activationLayer(act),
    dropout,
    output: linear({ in: modelDim, out: labels }),
  });
}

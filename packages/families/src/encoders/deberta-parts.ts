import {
  type DisentangledTerm,
  disentangledAttention,
  disentangledPositions,
  selfAttention,
} from '@residual/attention';
import { tokenEmbedding } from '@residual/embeddings';
import { type Linear, linear, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { disentangledStack, firstToken, postNormBlock, stack, type TensorLayer } from '@residual/transformer';
import type { ConfigReader } from '../config/config.js';
import type { TextComposition } from '../family.js';
import { composeText } from '../text/compose-text.js';
import {
  activationLayer,
  answerHead,
  bertFields,
  bertMaskedHead,
  bertPositions,
  ignoredBertFields,
  tokenClassifier,
} from './bert-parts.js';

/** What differs between the two versions of DeBERTa. */
export interface DebertaVersion {
  readonly className: string;
  readonly vocab: number;
  readonly modelDim: number;
  readonly depth: number;
  readonly heads: number;
  readonly hiddenDim: number;
  /** Reads what only one version has: buckets, the norm of the vectors of distances, and their projections. */
  readonly positions: (config: ConfigReader, sizes: DebertaSizes) => DebertaPositions;
  /** Which projections of contents have a bias. */
  readonly bias: { readonly query: boolean; readonly key: boolean; readonly value: boolean; readonly output: boolean };
}

/** The sizes that the projections of positions depend on. */
export interface DebertaSizes {
  /** The width of the hidden states. */
  readonly modelDim: number;
  /** The width of all heads together. */
  readonly headsDim: number;
  /** The comparisons of contents with positions. */
  readonly terms: readonly DisentangledTerm[];
}

/** The settings of positions. */
export interface DebertaPositions {
  readonly buckets?: number | undefined;
  readonly normalized?: boolean;
  readonly positionKey?: Linear | undefined;
  readonly positionQuery?: Linear | undefined;
}

/** Composes DeBERTa: post-norm blocks whose attention compares contents and positions apart. */
export function composeDeberta(
  version: DebertaVersion,
  config: ConfigReader,
  ignoreConfig: readonly string[],
): TextComposition {
  const embeddingDim = config.size('embedding_size', config.size('hidden_size', version.modelDim));
  const fields = { ...bertFields(config, { ...version, types: 0, epsilon: 1e-7 }), embeddingDim };
  const { modelDim, heads, depth, vocab, types, padTokenId, norm, dropout } = fields;
  config.expectValue('legacy', true); // the other head of masked tokens has other names
  for (const field of ['conv_kernel_size', 'talking_head']) if (config.value(field)) config.expectValue(field, 0);
  const { blocks, maxPositions } = blocksOf(version, config, fields);
  const biased = config.flag('position_biased_input', true);
  const classifierDropout = config.dropout('cls_dropout', config.number('hidden_dropout_prob', 0.1));
  const input = {
    embedding: tokenEmbedding({ vocab, dim: embeddingDim, padTokenId }),
    typeEmbedding: types > 0 ? tokenEmbedding({ vocab: types, dim: embeddingDim }) : undefined,
    ...(biased && bertPositions(config, fields).positions),
    afterEmbedding: sequential({
      projection: embeddingDim === modelDim ? undefined : linear({ in: embeddingDim, out: modelDim, bias: false }),
      norm: norm(modelDim),
      dropout,
    }),
  };
  return composeText(config, {
    className: version.className,
    input,
    blocks: { encoder: blocks },
    heads: {
      'masked-lm': () => bertMaskedHead(fields),
      'sequence-classification': labels => classifier(config, { modelDim, labels, dropout: classifierDropout }),
      'token-classification': labels => tokenClassifier({ modelDim, classifierDropout: dropout }, labels),
      'question-answering': labels => answerHead(modelDim, labels),
    },
    sizes: { maxPositions, openEnded: !biased, depth, heads },
    ignoredFields: [
      ...['pooler_dropout', 'pooler_hidden_act', 'pooler_hidden_size', 'cls_dropout', 'max_position_embeddings'],
      ...ignoredBertFields,
      ...ignoreConfig,
    ],
  });
}

/** The blocks, and how many positions the model is made for. */
function blocksOf(version: DebertaVersion, config: ConfigReader, fields: ReturnType<typeof bertFields>) {
  const { modelDim, heads, depth, hiddenDim, activation, norm, dropout, attentionDropout } = fields;
  const maxPositions = config.maxPositions('max_position_embeddings', 512);
  const headDim = config.size('attention_head_size', modelDim / heads);
  const terms = termsOf(config);
  const isRelative = config.flag('relative_attention', false);
  const maxRelative = config.number('max_relative_positions', -1);
  const positions = version.positions(config, { modelDim, headsDim: heads * headDim, terms });
  const { buckets, normalized = false, positionKey, positionQuery } = positions;
  const content = { modelDim, heads, headDim, bias: version.bias, dropout: attentionDropout };
  const attention: TensorLayer = isRelative
    ? disentangledAttention({ ...content, terms, positionKey, positionQuery, positionDropout: dropout })
    : selfAttention({ ...content, scale: 1 / Math.sqrt(headDim * (1 + terms.length)) });
  const block: TensorLayer = postNormBlock({
    norm: norm(modelDim),
    attention,
    mlp: mlp({ modelDim, hiddenDim, activation }),
    dropout,
  });
  const blocks = stack({ block, depth });
  if (!isRelative) return { blocks: blocks as TensorLayer, maxPositions };
  const maxDistance = maxRelative < 1 ? maxPositions : maxRelative;
  const vectors = { dim: modelDim, maxDistance, buckets, norm: normalized ? norm(modelDim) : undefined };
  return { blocks: disentangledStack(blocks, disentangledPositions(vectors)) as TensorLayer, maxPositions };
}

/** The terms of `pos_att_type`: a list, or names between bars. */
function termsOf(config: ConfigReader): readonly DisentangledTerm[] {
  const value = config.value('pos_att_type') ?? [];
  const names: unknown = typeof value === 'string' ? value.toLowerCase().split('|') : value;
  const known: Readonly<Record<string, DisentangledTerm>> = { c2p: 'content-position', p2c: 'position-content' };
  const terms = Array.isArray(names)
    ? names.map(name => (typeof name === 'string' ? known[name.trim()] : undefined))
    : [undefined];
  const isKnown = terms.every(term => term !== undefined) && new Set(terms).size === terms.length;
  return isKnown ? (terms as DisentangledTerm[]) : config.refuse('pos_att_type', value, 'a list of c2p and p2c');
}

/** The classifier of texts: the first token through dropout, a dense layer and an activation. */
function classifier(
  config: ConfigReader,
  { modelDim, labels, dropout }: { modelDim: number; labels: number; dropout: ReturnType<ConfigReader['dropout']> },
): TensorLayer {
  const width = config.size('pooler_hidden_size', modelDim);
  if (width !== modelDim) config.refuse('pooler_hidden_size', width, `${modelDim}, the hidden_size`);
  return sequential({
    pool: firstToken(),
    poolerDropout: config.dropout('pooler_dropout'),
    pooler: linear({ in: modelDim, out: modelDim }),
    activation: activationLayer(config.activation('pooler_hidden_act', 'gelu')),
    dropout,
    classifier: linear({ in: modelDim, out: labels }),
  });
}

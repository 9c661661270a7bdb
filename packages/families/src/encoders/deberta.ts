import { linear } from '@residual/layers';
import { ConfigReader } from '../config/config.js';
import type { Family, TextComposition, WeightMapping } from '../family.js';
import { allTasks, architecturesOf } from '../text/text-tasks.js';
import { pretrainingBuffers } from './buffers.js';
import { composeDeberta, type DebertaVersion } from './deberta-parts.js';
import { blockMappings, decoderMappings, embeddingMappings, moduleMappings } from './mappings.js';

/** DeBERTa 2 and 3 (He et al. 2021, 2023): positions in buckets, projected as contents are. */
export const debertaV2: Family<TextComposition> = /* @__PURE__ */ debertaFamily('deberta-v2', secondVersion(), [
  ...blockMappings({
    'attention.self.query_proj': 'attention.query',
    'attention.self.key_proj': 'attention.key',
    'attention.self.value_proj': 'attention.value',
    'attention.self.pos_key_proj': 'attention.positionKey',
    'attention.self.pos_query_proj': 'attention.positionQuery',
  }),
  ...moduleMappings({ 'encoder.LayerNorm': 'encoder.relative.norm' }),
]);

/** DeBERTa (He et al. 2021): distances up to a limit, with projections of their own, and a fused matrix. */
export const deberta: Family<TextComposition> = /* @__PURE__ */ debertaFamily('deberta', firstVersion(), [
  {
    checkpointName: 'encoder.layer.*.attention.self.in_proj.weight',
    path: ['query', 'key', 'value'].map(part => `encoder.layers.*.attention.${part}.weight`),
    interleaved: 'heads',
  },
  {
    checkpointName: 'encoder.layer.*.attention.self.q_bias',
    path: 'encoder.layers.*.attention.query.bias',
  },
  {
    checkpointName: 'encoder.layer.*.attention.self.v_bias',
    path: 'encoder.layers.*.attention.value.bias',
  },
  ...blockMappings({
    'attention.self.pos_proj': 'attention.positionKey',
    'attention.self.pos_q_proj': 'attention.positionQuery',
  }),
]);

function secondVersion(): DebertaVersion {
  return {
    className: 'DebertaV2',
    vocab: 128100,
    modelDim: 1536,
    depth: 24,
    heads: 24,
    hiddenDim: 6144,
    bias: { query: true, key: true, value: true, output: true },
    positions: (config, { modelDim, headsDim, terms }) => {
      const buckets = config.number('position_buckets', -1);
      const norms = `${config.value('norm_rel_ebd') ?? 'none'}`.toLowerCase().split('|');
      const project = () => linear({ in: modelDim, out: headsDim });
      const isShared = config.flag('share_att_key', false);
      return {
        buckets: buckets > 0 ? buckets : undefined,
        normalized: norms.some(name => name.trim() === 'layer_norm'),
        positionKey: isShared || !terms.includes('content-position') ? undefined : project(),
        positionQuery: isShared || !terms.includes('position-content') ? undefined : project(),
      };
    },
  };
}

function firstVersion(): DebertaVersion {
  return {
    className: 'Deberta',
    vocab: 50265,
    modelDim: 768,
    depth: 12,
    heads: 12,
    hiddenDim: 3072,
    bias: { query: true, key: false, value: true, output: true },
    positions: (_, { modelDim, headsDim, terms }) => ({
      positionKey: terms.includes('content-position')
        ? linear({ in: modelDim, out: headsDim, bias: false })
        : undefined,
      positionQuery: terms.includes('position-content') ? linear({ in: modelDim, out: headsDim }) : undefined,
    }),
  };
}

function debertaFamily(
  name: string,
  version: DebertaVersion,
  blocks: readonly WeightMapping[],
): Family<TextComposition> {
  return {
    name,
    modelTypes: [name],
    architectures: architecturesOf(version.className, allTasks),
    compose: (config, { ignoreConfig = [] } = {}) =>
      composeDeberta(version, new ConfigReader(name, config), ignoreConfig),
    prefix: 'deberta.',
    mappings: [
      ...embeddingMappings(),
      ...blocks,
      ...moduleMappings({
        'embeddings.embed_proj': 'onEmbedded.projection',
        'encoder.rel_embeddings': 'encoder.relative',
        '/cls.predictions.transform.dense': 'transform.dense',
        '/cls.predictions.transform.LayerNorm': 'transform.norm',
        '/pooler.dense': 'head.pooler',
        '/classifier': 'head.classifier',
        '/qa_outputs': 'head.spans',
      }),
      ...decoderMappings('/cls.predictions.decoder.weight', '/cls.predictions.bias'),
    ],
    // Heads of the pretraining, and positions that `position_biased_input: false` leaves out.
    buffers: pretrainingBuffers([
      /^(lm_predictions|mask_predictions)\./,
      /(^|\.)embeddings\.position_embeddings\.weight$/,
    ]),
    aliases: {
      'deberta.embeddings.word_embeddings.weight': 'cls.predictions.decoder.weight',
      'cls.predictions.bias': 'cls.predictions.decoder.bias',
    },
    head: 'cls.predictions.decoder.weight',
  };
}

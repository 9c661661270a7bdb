import { gatedBiasAttention } from '@residual/attention';
import { relativePositions } from '@residual/embeddings';
import { ConfigReader } from '../config/config.js';
import type { AudioComposition, Family } from '../family.js';
import { blockOutputs, composeWav2Vec2, wav2Vec2Buffers, wav2Vec2Mappings } from './wav2vec2-parts.js';

/**
 * WavLM (Chen et al. 2022) with the head of CTC: wav2vec 2.0 whose blocks share a bias of relative positions, gated by
 * each query.
 */
export const wavlm: Family<AudioComposition> = /* @__PURE__ */ wavlmFamily();

function wavlmFamily(): Family<AudioComposition> {
  const [stored, attention] = ['encoder.layers.*.attention', 'encoder.layers.*.attention'];
  return {
    name: 'wavlm',
    modelTypes: ['wavlm'],
    architectures: ['WavLMForCTC'],
    compose: (config, { ignoreConfig = [] } = {}) => {
      const reader = new ConfigReader('wavlm', config);
      const buckets = reader.size('num_buckets', 320);
      const maxDistance = reader.size('max_bucket_distance', 800);
      return composeWav2Vec2(
        reader,
        {
          architecture: 'WavLMForCTC',
          attention: inner => gatedBiasAttention({ attention: inner }),
          positionEncoding: heads => relativePositions({ heads, buckets, maxDistance, bidirectional: true }),
        },
        ignoreConfig,
      );
    },
    prefix: 'wavlm.',
    mappings: [
      ...wav2Vec2Mappings(),
      { checkpointName: 'encoder.layers.0.attention.rel_attn_embed.weight', path: 'encoder.positions.weight' },
      { checkpointName: `${stored}.gru_rel_pos_const`, path: `${attention}.gateScale` },
      { checkpointName: `${stored}.gru_rel_pos_linear.weight`, path: `${attention}.gate.weight` },
      { checkpointName: `${stored}.gru_rel_pos_linear.bias`, path: `${attention}.gate.bias` },
    ],
    buffers: wav2Vec2Buffers(),
    aliases: {},
    hiddenStatePaths: blockOutputs,
    averagesAttentions: true,
  };
}

import { ConfigReader } from '../config/config.js';
import type { AudioComposition, Family } from '../family.js';
import { blockOutputs, composeWav2Vec2, wav2Vec2Buffers, wav2Vec2Mappings } from './wav2vec2-parts.js';

/**
 * wav2vec 2.0 (Baevski et al. 2020) with the head of CTC: convolutions on the samples, positions from a convolution,
 * and blocks, with norms after or before their parts.
 */
export const wav2vec2: Family<AudioComposition> = /* @__PURE__ */ wav2Vec2Family();

function wav2Vec2Family(): Family<AudioComposition> {
  return {
    name: 'wav2vec2',
    modelTypes: ['wav2vec2'],
    architectures: ['Wav2Vec2ForCTC'],
    compose: (config, { ignoreConfig = [] } = {}) =>
      composeWav2Vec2(new ConfigReader('wav2vec2', config), { architecture: 'Wav2Vec2ForCTC' }, ignoreConfig),
    prefix: 'wav2vec2.',
    mappings: wav2Vec2Mappings(),
    buffers: wav2Vec2Buffers(),
    aliases: {},
    hiddenStatePaths: blockOutputs,
  };
}

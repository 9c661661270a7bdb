import { ConfigReader } from '../config/config.js';
import type { AudioComposition, Family } from '../family.js';
import { blockOutputs, composeWav2Vec2, wav2Vec2Buffers, wav2Vec2Mappings } from './wav2vec2-parts.js';

/** HuBERT (Hsu et al. 2021) with the head of CTC: wav2vec 2.0, whose projection may have no norm. */
export const hubert: Family<AudioComposition> = /* @__PURE__ */ hubertFamily();

function hubertFamily(): Family<AudioComposition> {
  return {
    name: 'hubert',
    modelTypes: ['hubert'],
    architectures: ['HubertForCTC'],
    compose: (config, { ignoreConfig = [] } = {}) =>
      composeWav2Vec2(new ConfigReader('hubert', config), { architecture: 'HubertForCTC' }, ignoreConfig),
    prefix: 'hubert.',
    mappings: wav2Vec2Mappings(),
    buffers: wav2Vec2Buffers(),
    aliases: {},
    hiddenStatePaths: blockOutputs,
  };
}

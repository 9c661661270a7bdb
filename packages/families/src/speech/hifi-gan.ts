import { ConfigReader } from '../config/config.js';
import type { Family, VocoderComposition } from '../family.js';
import { hifiGan as composeHifiGan } from './hifi-gan-layer.js';
import { foldedHifiGan, hifiGanFields, hifiGanMappings } from './vocoder-parts.js';

/** What the published vocoders differ in where a config does not say it. */
interface Defaults {
  readonly rates: readonly number[];
  readonly kernels: readonly number[];
  readonly sampleRate: number;
}

/** HiFi-GAN (Kong et al. 2020), the vocoder of SpeechT5: from log-mel spectrograms to samples. */
export const speechT5HifiGan: Family<VocoderComposition> = /* @__PURE__ */ vocoderFamily({
  name: 'speecht5_hifigan',
  architecture: 'SpeechT5HifiGan',
  defaults: { rates: [4, 4, 4, 4], kernels: [8, 8, 8, 8], sampleRate: 16000 },
});

/** HiFi-GAN, the vocoder of FastSpeech2Conformer. */
export const fastSpeech2HifiGan: Family<VocoderComposition> = /* @__PURE__ */ vocoderFamily({
  name: 'fastspeech2_conformer_hifigan',
  modelTypes: ['fastspeech2_conformer_hifigan', 'hifigan'],
  architecture: 'FastSpeech2ConformerHifiGan',
  defaults: { rates: [8, 8, 2, 2], kernels: [16, 16, 4, 4], sampleRate: 22050 },
});

function vocoderFamily({
  name,
  modelTypes = [name],
  architecture,
  defaults,
}: {
  readonly name: string;
  readonly modelTypes?: readonly string[];
  readonly architecture: string;
  readonly defaults: Defaults;
}): Family<VocoderComposition> {
  return {
    name,
    modelTypes,
    architectures: [architecture],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader(name, fields);
      const bins = config.size('model_in_dim', 80, 2 ** 20);
      const statistics = config.flag('normalize_before', true) ? 'used' : 'stored';
      const model = composeHifiGan({ bins, statistics, ...hifiGanFields(config, defaults) });
      const sampleRate = config.size('sampling_rate', defaults.sampleRate);
      config.refuseUnread(ignoreConfig);
      return {
        kind: 'vocoder',
        model,
        architecture,
        sampleRate,
        ...{ maxPositions: 2 ** 31 - 1, openEnded: true, depth: 0, heads: 0 },
      };
    },
    prefix: '',
    mappings: hifiGanMappings(),
    buffers: [],
    aliases: {},
    unified: foldedHifiGan,
  };
}

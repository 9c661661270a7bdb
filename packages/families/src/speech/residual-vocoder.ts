import { type Config, ConfigReader } from '../config/config.js';
import type { Family, SourceFilterComposition } from '../family.js';
import { moduleNames } from '../parts/names.js';
import { envelopeNet } from './envelope-net.js';
import { type FrameScale, frameScaleOf } from './frame-scale.js';

const name = 'residual_vocoder';

/**
 * Checkpoints of `envelopeNet`, the vocoder of small voices: the envelopes of a source and filters for frames of a
 * log-mel spectrogram with the pitch and the voicing. `residual train vocoder` trains them.
 */
export const residualVocoder: Family<SourceFilterComposition> = /* @__PURE__ */ vocoderFamily();

function vocoderFamily(): Family<SourceFilterComposition> {
  const modules = ['input', 'blocks.*', 'output', 'direct'];
  return {
    name,
    modelTypes: [name],
    architectures: ['ResidualVocoder'],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader(name, fields);
      const bins = config.size('num_bins', 82, 2 ** 16);
      const sizes = {
        width: config.size('hidden_size', 128, 2 ** 16),
        depth: config.depth('num_hidden_layers', 3),
        points: config.size('envelope_points', 129, 2 ** 16),
      };
      if (sizes.points < 2) config.refuse('envelope_points', sizes.points, '2 or more');
      const ofFrames = {
        ...frameScaleOf(config, bins),
        pitchBin: binOf(config, 'pitch_bin', bins),
        voicingBin: binOf(config, 'voicing_bin', bins),
        hop: config.size('hop_length', 256, 2 ** 16),
      };
      const sampleRate = config.size('sampling_rate', 16_000, 768_000);
      config.refuseUnread(ignoreConfig);
      return {
        kind: 'source-filter',
        model: Object.assign(envelopeNet({ bins, ...sizes }), { bins, points: sizes.points, ...ofFrames }),
        architecture: 'ResidualVocoder',
        sampleRate,
        ...{ maxPositions: 2 ** 31 - 1, openEnded: true, depth: sizes.depth, heads: 0 },
      };
    },
    prefix: '',
    mappings: moduleNames(Object.fromEntries(modules.map(each => [each, each])), { checkpoint: '', tree: '' }),
    buffers: [],
    aliases: {},
  };
}

function binOf(config: ConfigReader, field: string, bins: number): number {
  const value = config.count(field);
  return value < bins ? value : config.refuse(field, value, `below num_bins ${bins}`);
}

/** The sizes of a new vocoder, and what its frames are. */
export interface ResidualVocoderSizes extends FrameScale {
  /** Width of a frame. */
  readonly bins: number;
  /** Width of the convolutions. */
  readonly width: number;
  /** Number of convolutions after the first. */
  readonly depth: number;
  /** Points of an envelope. */
  readonly points: number;
  /** The bin that holds ln of the pitch in Hz. */
  readonly pitchBin: number;
  /** The bin that says how much a frame is voiced. */
  readonly voicingBin: number;
  /** Samples in a second. */
  readonly sampleRate: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
}

/** The `config.json` of a new vocoder. */
export function residualVocoderConfig(sizes: ResidualVocoderSizes): Config {
  return {
    architectures: ['ResidualVocoder'],
    model_type: name,
    num_bins: sizes.bins,
    hidden_size: sizes.width,
    num_hidden_layers: sizes.depth,
    envelope_points: sizes.points,
    pitch_bin: sizes.pitchBin,
    voicing_bin: sizes.voicingBin,
    sampling_rate: sizes.sampleRate,
    hop_length: sizes.hop,
    frame_mean: [...sizes.mean],
    frame_deviation: [...sizes.deviation],
  };
}

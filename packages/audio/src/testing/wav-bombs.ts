/** Hostile WAV files and configs of features. A process with a small heap imports this module. */

import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { audioFeatures, readAudio, readWav, writeWav } from '../index.js';

const channels = [Float32Array.of(0.5, -0.5, 0.25), Float32Array.of(0, 1, -1)];
const recording = { sampleRate: 8000, channels };
const seeds = [writeWav(recording), writeWav(recording, { encoding: 'float32' }), extensible()];

/** 24 bits in WAVE_FORMAT_EXTENSIBLE, with a chunk before the samples. */
function extensible(): Uint8Array<ArrayBuffer> {
  const hex =
    '524946465800000057415645666d742028000000feff0200401f000080bb00000600180016001800030000000100000000001000800000aa' +
    '00389b714c495354030000007879610064617461' +
    '0c000000ffff7f000080010000ffffff';
  return Uint8Array.from(hex.match(/../g)!, pair => Number.parseInt(pair, 16));
}

/** Files with a hostile number anywhere. */
export const wav: BombTarget<Uint8Array<ArrayBuffer>> = {
  inputs: function* () {
    for (const [index, seed] of seeds.entries())
      for (let offset = 4; offset + 4 <= seed.length; offset += 2)
        for (const number of [0, 1, 9, 2 ** 31 - 4096, 2 ** 31, 2 ** 32 - 1])
          yield {
            name: `${number} at byte ${offset} of file ${index}`,
            make: () => {
              const bytes = seed.slice();
              new DataView(bytes.buffer).setUint32(offset, number, true);
              return bytes;
            },
          };
  },
  read: async bytes => {
    const { sampleRate } = readWav(bytes);
    // At its own rate, because the filter of an odd one takes longer to make than thousands of these files to read.
    await readAudio(bytes, { sampleRate });
  },
  seeds: () => seeds,
};

const configs = [
  {
    feature_extractor_type: 'WhisperFeatureExtractor',
    chunk_length: 30,
    feature_size: 80,
    hop_length: 160,
    n_fft: 400,
    sampling_rate: 16_000,
    padding_value: 0,
  },
  { feature_extractor_type: 'ASTFeatureExtractor', num_mel_bins: 128, max_length: 1024, mean: -4.2, std: 4.5 },
  { feature_extractor_type: 'Wav2Vec2FeatureExtractor', do_normalize: true, sampling_rate: 16_000 },
  {
    feature_extractor: {
      feature_extractor_type: 'SpeechT5FeatureExtractor',
      num_mel_bins: 80,
      hop_length: 16,
      win_length: 64,
      fmin: 80,
      fmax: 7600,
      mel_floor: 1e-10,
    },
  },
];

/** Configs of features. */
export const config: BombTarget = {
  inputs: function* (): Generator<Bomb> {
    for (const [index, document] of configs.entries())
      for (const { name, make } of bombsOf(document)) yield { name: `${index} ${name}`, make };
  },
  read: text => {
    const features = audioFeatures(JSON.parse(text));
    features.extract(new Float32Array(500));
    if (features.kind === 'speecht5') features.extractTarget(new Float32Array(500));
  },
};

import { expect, test } from 'vitest';
import type { StoredArrays } from '../checkpoint/stored-arrays.js';
import { fastSpeech2, fastSpeech2WithHifiGan } from './fastspeech2.js';
import { speechT5HifiGan } from './hifi-gan.js';
import { speechT5 } from './speecht5.js';
import { vits } from './vits.js';
import { foldedHifiGan } from './vocoder-parts.js';

const small = { upsample_initial_channel: 8, upsample_rates: [2, 3], upsample_kernel_sizes: [4, 5] };

test('a vocoder knows how long its sound is and how far a frame reaches', () => {
  const { model } = speechT5HifiGan.compose({ ...small, model_in_dim: 3, resblock_kernel_sizes: [3] });
  expect([model.bins, model.samplesPerFrame]).toEqual([3, 6]);
  expect(model.framesAround).toBeGreaterThan(6);
  const uneven = speechT5HifiGan.compose({ ...small, upsample_kernel_sizes: [5, 5] });
  expect(uneven.model.samplesPerFrame).toBeUndefined();
});

const arraysOf = (arrays: Record<string, readonly [readonly number[], readonly number[]]>): StoredArrays => ({
  names: Object.keys(arrays),
  shapeOf: name => arrays[name]?.[0],
  readFloat32: async name => Float32Array.from(arrays[name]![1]),
});

test.each([
  ['weight_v', 'weight_g'],
  ['parametrizations.weight.original1', 'parametrizations.weight.original0'],
])('a weight norm in %s is folded where a vocoder has it', async (direction, magnitude) => {
  const direct = [3, 4, 0, 2, 0, 0];
  const stored = arraysOf({
    [`conv_post.${direction}`]: [[2, 1, 3], direct],
    [`conv_post.${magnitude}`]: [
      [2, 1, 1],
      [10, 0.5],
    ],
    [`other.${direction}`]: [[2, 1, 3], direct],
  });
  const folded = foldedHifiGan(stored);
  expect([...folded.names]).toEqual(['conv_post.weight', `other.${direction}`]);
  expect(folded.shapeOf('conv_post.weight')).toEqual([2, 1, 3]);
  expect([...(await folded.readFloat32('conv_post.weight', {} as never))]).toEqual([6, 8, 0, 0.5, 0, 0]);
  expect([...(await folded.readRows!('conv_post.weight', 1, 2, {} as never))]).toEqual([0.5, 0, 0]);
  const wrong = arraysOf({
    [`conv_post.${direction}`]: [[2, 1, 3], direct],
    [`conv_post.${magnitude}`]: [
      [1, 1, 3],
      [1, 1, 1],
    ],
  });
  expect(() => foldedHifiGan(wrong)).toThrow(
    `load: conv_post.${magnitude} is [1, 1, 3]; it must be [2, 1, 1] for the direction conv_post.${direction}`,
  );
});

const refused: [typeof vits, object, string][] = [
  [fastSpeech2, { use_cnn_in_conformer: false }, 'use_cnn_in_conformer is false; it must be true or absent'],
  [fastSpeech2, { encoder_kernel_size: 4 }, 'config field encoder_kernel_size is 4; it must be odd, so that'],
  [fastSpeech2, { speaking_speed: 0 }, 'config field speaking_speed is 0; it must be a number above 0'],
  [fastSpeech2, { strange: 1 }, 'config fields are not understood and may change the numbers: strange: 1'],
  [
    fastSpeech2WithHifiGan,
    { model_config: { num_mel_bins: 8 }, vocoder_config: { model_in_dim: 9 } },
    'the model makes frames of 8 bins, its vocoder reads 9',
  ],
  [speechT5, { architectures: ['SpeechT5ForSpeechToText'] }, 'it must be SpeechT5ForTextToSpeech'],
  [
    speechT5,
    { speech_decoder_prenet_dropout: 1 },
    'config field speech_decoder_prenet_dropout is 1; it must be from 0',
  ],
  [vits, { flow_size: 3 }, 'config field flow_size is 3; it must be even, since a flow splits it into halves'],
  [vits, { num_speakers: 2 }, 'config field speaker_embedding_size is 0; it must be above 0 for several speakers'],
  [vits, { upsample_rates: [2] }, 'config field upsample_kernel_sizes is [16,16,4,4]; it must be 1 numbers'],
  [vits, { depth_separable_channels: 4 }, 'config field depth_separable_channels is 4; it must be 2 or absent'],
];
test.each(refused)('%# a config that no voice has is refused: %j', (family, config, message) => {
  expect(() => family.compose(config as never)).toThrow(message);
});

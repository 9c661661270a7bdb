import '@residual/testkit/wasm';
import { init } from '@residual/layers';
import { dispose, normalValues, tensor } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type ResidualVocoderSizes, residualVocoder, residualVocoderConfig } from '../index.js';

const sizes: ResidualVocoderSizes = {
  ...{ bins: 6, width: 8, depth: 2, points: 5, pitchBin: 4, voicingBin: 5, sampleRate: 16_000, hop: 256 },
  mean: new Float32Array(6),
  deviation: new Float32Array(6).fill(1),
};

test('frames become two envelopes, and nothing stays', async () => {
  const { model, kind, sampleRate } = residualVocoder.compose(residualVocoderConfig(sizes));
  expect([kind, sampleRate, model.bins, model.points, model.hop]).toEqual(['source-filter', 16_000, 6, 5, 256]);
  const weights = init(model, { seed: 1 });
  const frames = tensor(normalValues(1, 'frames', 18), [1, 3, 6]);
  const envelopes = model(weights, frames);
  expect(envelopes.shape).toEqual([1, 3, 10]);
  envelopes.dispose();
  await expectNoLeak(() => model(weights, frames).dispose());
  dispose([frames, weights as never]);
});

test('a config with numbers that do not fit is refused', () => {
  const config = residualVocoderConfig(sizes);
  for (const [fields, message] of [
    [{ frame_mean: [1, 2] }, 'frame_mean is [1,2]; it must be a list of 6 numbers'],
    [{ pitch_bin: 6 }, 'pitch_bin is 6; it must be below num_bins 6'],
    [{ envelope_points: 1 }, 'envelope_points is 1; it must be 2 or more'],
    [{ stranger: 1 }, 'stranger: 1'],
  ] as const)
    expect(() => residualVocoder.compose({ ...config, ...fields })).toThrow(message);
});

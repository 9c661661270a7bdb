import '@residual/testkit/wasm';
import { residualVocoderConfig } from '@residual/families';
import { memoryUsage } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { createModel } from '../load/create-model.js';
import { loadModel } from '../load/load-model.js';
import { filesWith } from '../testing/speaking-files.js';

const bins = 6;
const scale = { mean: new Float32Array(bins).fill(0.1), deviation: new Float32Array(bins).fill(1) };
scale.mean[4] = Math.log(200);
scale.deviation[4] = 0.05;
const sizes = { bins, width: 8, depth: 1, points: 9, pitchBin: 4, voicingBin: 5, sampleRate: 8000, hop: 64 };

/** A small model of phones that makes standardized frames. */
const acousticConfig = {
  ...{ architectures: ['FastSpeech2ConformerModel'], model_type: 'fastspeech2_conformer', vocab_size: 5 },
  ...{ hidden_size: 8, num_mel_bins: bins, encoder_layers: 1, decoder_layers: 1, speech_decoder_postnet_layers: 0 },
  ...{ encoder_linear_units: 8, decoder_linear_units: 8, encoder_kernel_size: 3, decoder_kernel_size: 3 },
  ...{ duration_predictor_channels: 4, pitch_predictor_channels: 4, energy_predictor_channels: 4 },
  ...{ speaking_speed: 1, frame_mean: [...scale.mean], frame_deviation: [...scale.deviation] },
};
const symbols = {
  'vocab.json': { '<pad>': 0, '<s>': 1, AA1: 2, AA2: 2, '.': 3, M: 4 },
  'tokenizer_config.json': { phonemize: true, add_blank: false, add_bos_token: true, bos_token: '<s>' },
};

async function voices() {
  const [made, vocoder] = await Promise.all([
    createModel(acousticConfig, { seed: 3 }),
    createModel(residualVocoderConfig({ ...sizes, ...scale }), { seed: 4 }),
  ]);
  const texts = Object.entries(symbols).map(
    ([name, value]) => [name, new TextEncoder().encode(JSON.stringify(value))] as const,
  );
  const model = await loadModel(new Map([...(await made.save()), ...texts]));
  made.dispose();
  return { model, vocoder };
}

const word = (text: string, start: number, phones: readonly string[], pause = '') => ({
  ...{ word: text, start, end: start + text.length, pause, phones },
});
const words = [word('ma', 0, ['M', 'AA2']), word('am', 3, ['AA1', 'M'], '.'), word('mam', 7, ['M', 'AA1', 'M'], '.')];

test('words with phones are spoken through a source and filters, in pieces, with times', async () => {
  const { model, vocoder } = await voices();
  const options = { vocoder, seed: 5, speed: 0.2 };
  const pieces: number[] = [];
  for await (const { samples } of model.speak(words, options)) pieces.push(...samples);
  const { samples, sampleRate, sentences } = await model.speak(words, options).result();
  expect([sampleRate, pieces.length % 64]).toEqual([8000, 0]);
  expect(pieces).toEqual([...samples]);
  expect(Math.max(...samples)).toBeGreaterThan(0);
  expect(sentences.map(({ tokens }) => tokens.map(({ token }) => token).join(' '))).toEqual([
    '<s> M AA2 AA1 M .',
    '<s> M AA1 M .',
  ]);
  expect(sentences.map(({ words }) => words.map(({ text }) => text))).toEqual([['ma', 'am'], ['mam']]);
  expect(sentences[1]!.end).toBeCloseTo(samples.length / 8000, 6);
  const other = await model.speak(words, { ...options, seed: 6 }).result();
  expect([other.samples.length, [...other.samples].join()]).not.toEqual([samples.length, [...samples].join()]);
  const before = memoryUsage();
  await expectNoLeak(async () => {
    for await (const _ of model.speak(words, options)) break;
  });
  expect(memoryUsage()).toEqual(before);
  for (const each of [model, vocoder]) each.dispose();
});

test('what does not fit is refused', async () => {
  const { model, vocoder } = await voices();
  const wide = await createModel(
    residualVocoderConfig({ ...sizes, bins: 7, mean: new Float32Array(7), deviation: new Float32Array(7).fill(1) }),
    { seed: 1 },
  );
  await expect(model.speak(words, { vocoder: wide }).result()).rejects.toThrow(
    'speak: the model makes frames of 6 bins, its vocoder reads 7',
  );
  await expect(model.speak([word('x', 0, ['ZH'])], { vocoder }).result()).rejects.toThrow(
    'speak: the phone ZH of "x" is no symbol of this model',
  );
  const steps = await loadModel(filesWith('speecht5-tts', {}));
  const speaker = new Float32Array((steps.layer as { speakerDim?: number }).speakerDim!).fill(0.1);
  await expect(steps.speak([1, 2], { vocoder, speakerEmbedding: speaker }).result()).rejects.toThrow(
    'speak: this model makes frames step by step; a vocoder by a source and filters needs all of a sentence',
  );
  for (const each of [model, vocoder, wide, steps]) each.dispose();
});

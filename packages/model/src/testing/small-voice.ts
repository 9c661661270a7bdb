import { marianConfig, residualVocoderConfig } from '@residual/families';
import { packDictionary } from '@residual/pronunciation';
import { createModel } from '../load/create-model.js';

const bins = 6;
const scale = { mean: new Float32Array(bins).fill(0.1), deviation: new Float32Array(bins).fill(1) };
scale.mean[4] = Math.log(200);
scale.deviation[4] = 0.05;

/** The sizes of a small vocoder by a source and filters. */
export const smallVocoder = {
  ...{ bins, width: 8, depth: 1, points: 9, pitchBin: 4, voicingBin: 5, sampleRate: 8000, hop: 64 },
  ...scale,
};

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

const inJson = (files: Readonly<Record<string, object>>) =>
  Object.entries(files).map(([name, value]) => [name, new TextEncoder().encode(JSON.stringify(value))] as const);

/** The files of a small model of the phones M and AA, with random weights. */
export async function smallAcousticFiles(): Promise<Map<string, Uint8Array>> {
  const model = await createModel(acousticConfig, { seed: 3 });
  const files = await model.save();
  model.dispose();
  return new Map([...files, ...inJson(symbols)]);
}

/** The tokenizer of a model that answers with phones, to which all letters are unknown. */
const phonesAlone = {
  ...{ version: '1.0', truncation: null, padding: null, normalizer: null, post_processor: null, decoder: null },
  added_tokens: ['</s>', '<pad>', '<unk>'].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  })),
  pre_tokenizer: { type: 'WhitespaceSplit' },
  model: { type: 'WordLevel', vocab: { '</s>': 0, '<pad>': 1, '<unk>': 2, M: 3, AA1: 4 }, unk_token: '<unk>' },
};

/** A small voice that reads English texts: it knows "ma" and "am", and guesses other words. */
export async function smallVoiceFiles(): Promise<Map<string, Uint8Array>> {
  const [vocoder, letters] = await Promise.all([
    createModel(residualVocoderConfig(smallVocoder), { seed: 4 }),
    createModel(
      marianConfig({
        vocab: 5,
        modelDim: 8,
        heads: 2,
        depth: 1,
        encoderDepth: 1,
        hiddenDim: 8,
        maxPositions: 32,
        specialTokens: { eos: 0, pad: 1 },
      }),
      { seed: 4 },
    ),
  ]);
  const parts = await Promise.all(
    Object.entries({ vocoder, letters }).map(async ([folder, model]) =>
      [...(await model.save())].map(([name, bytes]) => [`${folder}/${name}`, bytes] as const),
    ),
  );
  for (const each of [vocoder, letters]) each.dispose();
  return new Map([
    ...(await smallAcousticFiles()),
    ...parts.flat(),
    ...inJson({
      'letters/tokenizer.json': phonesAlone,
      'letters/generation_config.json': { decoder_start_token_id: 1, eos_token_id: 0, max_new_tokens: 4 },
      'voice.json': { language: 'en', vocoder: 'vocoder', letters_to_sounds: 'letters', dictionary: 'dictionary.bin' },
    }),
    [
      'dictionary.bin',
      packDictionary([
        ['ma', ['M', 'AA1']],
        ['am', ['AA2', 'M']],
      ]),
    ],
  ]);
}

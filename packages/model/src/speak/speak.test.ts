import '@residual/testkit/wasm';
import type { HifiGan } from '@residual/families';
import { memoryUsage, tensor, tidy } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { Golden } from '../parity/golden.js';
import { configWith, filesWith, letters, readingVits } from '../testing/speaking-files.js';
import { samplesOf } from './frame-windows.js';
import type { SpeakOptions } from './options.js';
import type { SpeechPiece } from './speech.js';
import { characterTokens, symbolsOf } from './symbols.js';

const goldenOf = (folder: string) => Golden.open(filesWith(folder, {}));
const joinedSamples = (pieces: readonly SpeechPiece[]) => pieces.flatMap(({ samples }) => [...samples]);

test('a window of frames has the samples that it has in the whole', async () => {
  const model = await loadModel(filesWith('speecht5-hifigan', {}));
  const layer = model.layer as HifiGan;
  const frames = tensor(
    Float32Array.from({ length: 70 * layer.bins }, (_, i) => Math.sin(i * i)),
    [1, 70, layer.bins],
  );
  const voice = { layer, weights: model.weights };
  const whole = await samplesOf(voice, frames, 0, 70);
  for (const [from, to] of [
    [0, 3],
    [33, 36],
    [3, 60],
    [64, 70],
  ] as const) {
    const part = await samplesOf(voice, frames, from, to);
    await expectClose(
      tidy(() => tensor(part)),
      [...whole.subarray(from * 16, to * 16)],
      { absolute: 1e-6 },
    );
  }
  expect(layer.samplesPerFrame).toBe(16);
  frames.dispose();
  model.dispose();
});

test('VITS speaks sentence by sentence, the same for each seed, with words and times', async () => {
  const model = await loadModel(await readingVits({ sampling_rate: 800, speaking_rate: 6 }));
  const text = 'Hi you. Go!';
  const options = { seed: 3, noiseScale: 0.5, durationNoiseScale: 0.4 };
  const pieces: SpeechPiece[] = [];
  for await (const piece of model.speak(text, options)) pieces.push(piece);
  const { samples, sentences, sampleRate, seed } = await model.speak(text, options).result();
  expect([sampleRate, seed, sentences.map(each => each.text)]).toEqual([800, 3, ['Hi you.', 'Go!']]);
  expect(joinedSamples(pieces)).toEqual([...samples]);
  expect(pieces.length).toBeGreaterThan(2);
  expect(pieces.map(({ isLast }) => isLast).filter(Boolean)).toHaveLength(2);
  expect(pieces.map(({ start }) => Math.round(start * 800))).toEqual(
    pieces.map((_, i) => pieces.slice(0, i).reduce((sum, piece) => sum + piece.samples.length, 0)),
  );
  const [first, second] = sentences;
  expect(first!.words.map(word => [word.text, text.slice(...word.span)])).toEqual([
    ['Hi', 'Hi'],
    ['you', 'you'],
  ]);
  expect(first!.tokens.map(({ token }) => token).join('')).toBe('_h_i_ _y_o_u_._');
  expect(first!.words[1]!.start).toBe(first!.tokens[first!.words[1]!.tokens[0]!]!.start);
  expect(second!.start).toBeCloseTo(first!.end, 6);
  expect(second!.end).toBeCloseTo(samples.length / 800, 6);
  const other = await model.speak(text, { ...options, seed: 4 }).result();
  expect([...other.samples]).not.toEqual([...samples]);
  const still = { noiseScale: 0, durationNoiseScale: 0 };
  const [fast, slow] = [2, 0.5].map(speed => model.speak('go', { ...still, speed }).result());
  expect((await slow!).samples.length / (await fast!).samples.length).toBeGreaterThan(2.5);
  model.dispose();
});

test('a speech that is left early or ended leaves no memory', async () => {
  const model = await loadModel(await readingVits({ sampling_rate: 800, speaking_rate: 6 }));
  await model.speak('one. two.', { seed: 1 }).result();
  await expectNoLeak(async () => {
    for await (const _ of model.speak('one. two.', { seed: 1 })) break;
    const controller = new AbortController();
    const speech = model.speak('one. two.', { seed: 1, signal: controller.signal })[Symbol.asyncIterator]();
    await speech.next();
    controller.abort(new Error('enough'));
    await expect(speech.next()).rejects.toThrow('enough');
  });
  const before = memoryUsage();
  model.dispose();
  expect(memoryUsage().tensors).toBeLessThan(before.tensors);
});

test('SpeechT5 speaks the spectrogram of the reference, in pieces or at once', async () => {
  const model = await loadModel(filesWith('speecht5-tts', {}));
  const slow = await configWith('speecht5-hifigan', { sampling_rate: 800 });
  const vocoder = await loadModel(filesWith('speecht5-hifigan', { 'config.json': slow }));
  const golden = await goldenOf('speecht5-tts');
  const speakerEmbedding = Float32Array.from((await golden.read('speaker_embeddings')).data);
  const ids = (await golden.rows('input_ids'))[0]!;
  const options: SpeakOptions = { vocoder, speakerEmbedding, threshold: 0.6, minLengthRatio: 0.5, maxLengthRatio: 4 };
  const { samples, sentences } = await model.speak(ids, options).result();
  const { shape, data } = await golden.read('spectrogram');
  const frames = tensor(Float32Array.from(data), [1, ...shape]);
  const expected = await samplesOf({ layer: vocoder.layer as HifiGan, weights: vocoder.weights }, frames, 0, shape[0]!);
  await expectClose(
    tidy(() => tensor(samples)),
    [...expected],
    { absolute: 1e-5 },
  );
  expect(sentences[0]!.tokens).toHaveLength(9);
  frames.dispose();

  await expectNoLeak(async () => {
    const long = { ...options, threshold: 3 };
    const pieces: SpeechPiece[] = [];
    for await (const piece of model.speak(ids, { ...long, maxLengthRatio: 16 })) pieces.push(piece);
    const fast = { layer: vocoder.layer as HifiGan, weights: vocoder.weights };
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.flatMap(({ attention }) => attention ?? [])).toHaveLength(72);
    expect(pieces.at(-1)!.spoken!.end).toBeCloseTo((144 * 16) / 800, 6);
    expect(joinedSamples(pieces)).toHaveLength(144 * 16 * (fast.layer.samplesPerFrame! / 16));
  });
  model.dispose();
  vocoder.dispose();
});

test('FastSpeech 2 speaks words with their phones', async () => {
  const phones = ['<blank>', '<unk>', 'HH', 'AH0', 'L', 'OW1', ' ', ',', '.', 'M', 'AA1'];
  const vocab = { ...Object.fromEntries(phones.map((phone, id) => [phone, id])), '<sos/eos>': 22 };
  const model = await loadModel(filesWith('fastspeech2', { 'vocab.json': vocab }));
  const words = [
    { word: 'hello', start: 0, end: 5, pause: ',', phones: ['HH', 'AH0', 'L', 'OW1'] },
    { word: 'ma', start: 7, end: 9, pause: '.', phones: ['M', 'AA1'] },
  ];
  const voice = { speaker: 1, language: 2, speakerEmbedding: new Float32Array(6).fill(0.5) };
  const { sentences, samples } = await model.speak(words, voice).result();
  const [sentence] = sentences;
  expect(sentence!.tokens.map(({ token }) => token)).toEqual([
    ...['HH', 'AH0', 'L', 'OW1', ',', ' ', 'M', 'AA1', '.', '<sos/eos>'],
  ]);
  expect(sentence!.words.map(({ text, tokens }) => [text, tokens])).toEqual([
    ['hello', [0, 1, 2, 3]],
    ['ma', [6, 7]],
  ]);
  const amount = words.map(word => ({ ...word, start: 0, end: 2 })); // as "$2" is two words
  const [{ words: parts }] = (await model.speak(amount, voice).result()).sentences as [typeof sentence & object];
  expect(parts.map(({ tokens }) => tokens)).toEqual([
    [0, 1, 2, 3],
    [6, 7],
  ]);
  const same = await model.speak('HH AH0 L OW1 , M AA1 .', { ...voice, symbols: true }).result();
  expect(same.sentences[0]!.tokens).toHaveLength(9);
  const higher = await model.speak(words, { ...voice, pitch: 0.5 }).result();
  const pitches = [sentence, higher.sentences[0]].map(each => each!.tokens.map(({ pitch }) => pitch!));
  for (const [i, pitch] of pitches[0]!.entries()) expect(pitches[1]![i]).toBeCloseTo(pitch + 0.5, 5);
  expect(higher.samples.length).toBe(samples.length);
  model.dispose();
});

test('what a model cannot do is refused', async () => {
  const [vits, tts] = [await loadModel(await readingVits()), await loadModel(filesWith('speecht5-tts', {}))];
  const message = (model: typeof vits, text: never, options: SpeakOptions) =>
    model
      .speak(text, options)
      .result()
      .then(
        () => 'no error',
        error => (error as Error).message,
      );
  const speakerEmbedding = new Float32Array(8);
  const cases: [typeof vits, unknown, SpeakOptions, string][] = [
    [vits, 'a', { pitch: 1 }, 'speak: pitch is 1; it must be absent: this model has no such setting'],
    [vits, 'a', { speed: 0 }, 'speak: speed is 0; it must be a number above 0'],
    [vits, 'a', { speaker: 2 }, 'speak: speaker is 2; this model has no numbers of them'],
    [vits, 'a', { vocoder: tts }, 'speak: this model makes samples itself; vocoder must be absent'],
    [vits, [38], {}, 'speak: prompt id 38 is outside the vocabulary of 38'],
    [tts, [3], {}, 'speak: this model needs speakerEmbedding, the 8 numbers of a speaker, such as an x-vector'],
    [
      tts,
      [3],
      { speakerEmbedding },
      'speak: this model makes spectrograms; it needs a vocoder, a model of this thread such as SpeechT5HifiGan',
    ],
    [tts, 'a', { speakerEmbedding }, 'speak: this model has no tokenizer; give the ids of a sentence'],
    [
      tts,
      [3],
      { speakerEmbedding: new Float32Array(7) },
      'speak: speakerEmbedding has 7 numbers; it must be a Float32Array of 8 finite numbers',
    ],
    [tts, [3], { speakerEmbedding, vocoder: vits }, 'speak: vocoder: vits speaks; this works on a vocoder'],
  ];
  for (const [model, text, options, expected] of cases)
    expect(await message(model, text as never, options)).toBe(expected);
  vits.dispose();
  tts.dispose();
});

test('characters are read as the tokenizer of VITS reads them', () => {
  const symbols = symbolsOf({
    'vocab.json': JSON.stringify(letters),
    'tokenizer_config.json': JSON.stringify({ phonemize: false }),
  })!;
  const read = characterTokens(' Käse, 3 Äpfel ', symbols);
  // What VitsTokenizer of Hugging Face transformers gives for the same files.
  const reference = [11, 34, 19, 5, 31, 27, 27, 34, 16, 6, 5, 12].flatMap(id => [0, id]);
  expect(read.map(({ id }) => id)).toEqual([...reference, 0]);
  expect(symbolsOf({})).toBeUndefined();
  expect(() => symbolsOf({ 'vocab.json': '{"a": "b"}' })).toThrow('speak: vocab.json does not hold ids of symbols');
});

import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { fixtureJson } from '@residual/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CapturedSteps } from '../generate/captured-steps.js';
import { type PlainTensor, type TranslationStep, wordAlignment } from '../index.js';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

interface Sentences {
  examples: {
    en: string;
    greedy: { ids: number[]; text: string };
    beam4: { ids: number[]; text: string; score: number };
  }[];
}

let model: Model;
let sentences: Sentences['examples'];
let before: ReturnType<typeof memoryUsage>;

beforeAll(async () => {
  model = await loadModel(fixtureFiles('packages/model-en-fr/model'));
  sentences = (await fixtureJson<Sentences>('models/en-fr/golden.json')).examples;
  before = memoryUsage();
});

afterAll(() => {
  expect(memoryUsage()).toEqual(before); // after all translations, aborts and errors
  model.dispose();
});

test('a batch of texts is translated as by the reference, in the order of the texts', async () => {
  const translations = await model.translate(sentences.map(({ en }) => en)).result();
  expect(translations.map(({ source }) => source)).toEqual(sentences.map(({ en }) => en));
  expect(translations.map(({ tokens }) => tokens)).toEqual(sentences.map(({ greedy }) => greedy.ids));
  expect(translations.map(({ translation }) => translation)).toEqual(sentences.map(({ greedy }) => greedy.text));
});

test('the first sentence of a length runs eagerly, later ones replay its captured steps', async () => {
  const eagerSteps: string[] = [];
  const { run } = CapturedSteps.prototype;
  const spy = vi.spyOn(CapturedSteps.prototype, 'run').mockImplementation(function (
    this: CapturedSteps,
    name,
    ...rest
  ) {
    const [inputs, step, cached] = rest;
    const countedStep = () => {
      eagerSteps.push(name);
      return step();
    };
    return run.call(this, name, inputs, countedStep, cached);
  });
  try {
    const text = "I don't need Tom.";
    const own = await loadModel(fixtureFiles('packages/model-en-fr/model'));
    await own.translate([text, text, text], { batch: 1 }).result();
    expect(eagerSteps).toEqual(['encode', 'first f32', 'step f32']);
    await own.translate(text).result();
    expect(eagerSteps).toHaveLength(3);
    own.dispose();
  } finally {
    spy.mockRestore();
  }
});

test('sentences translated one by one share captured steps, and equal what each gives alone', async () => {
  const some = sentences.slice(0, 20);
  const texts = some.map(({ en }) => en);
  const translations = await model.translate(texts, { batch: 1 }).result();
  expect(translations.map(({ tokens }) => tokens)).toEqual(some.map(({ greedy }) => greedy.ids));
  const beamTranslations = await model.translate(texts.slice(0, 6), { batch: 1, numBeams: 4 }).result();
  expect(beamTranslations.map(({ tokens }) => tokens)).toEqual(some.slice(0, 6).map(({ beam4 }) => beam4.ids));
  const alone = await model.translate(texts[3]!).result();
  expect(alone.score).toBe(translations[3]!.score);
});

test('spans that the vocabulary cannot encode are reported', async () => {
  const { segments } = await model.translate('I love 北京, \u{1f600} very much.\nYes.').result();
  expect(
    segments.map(({ source, unknownSpans }) => unknownSpans.map(([start, end]) => source.slice(start, end))),
  ).toEqual([['北京', '\u{1f600}'], []]);
});

test('translations with four beams and their scores are those of the reference', async () => {
  const some = sentences.slice(0, 16);
  const translations = await model
    .translate(
      some.map(({ en }) => en),
      { numBeams: 4, batch: 7 },
    )
    .result();
  for (const [i, { beam4 }] of some.entries()) {
    expect(translations[i]!.tokens).toEqual(beam4.ids);
    expect(translations[i]!.translation).toBe(beam4.text);
    expect(translations[i]!.score).toBeCloseTo(beam4.score, 4);
  }
});

test('a single text is streamed: all deltas joined are the translation', async () => {
  const text = `  ${sentences[0]!.en}\r\n\n\t${sentences[1]!.en} \n`;
  const whole = await model.translate(text).result();
  expect(whole.translation).toBe(`  ${sentences[0]!.greedy.text}\r\n\n\t${sentences[1]!.greedy.text} \n`);
  const { steps, joined } = await stepsOf(text);
  expect(joined).toBe(whole.translation);
  expect(steps.map(({ kind }) => kind).filter((kind, i, all) => kind !== all[i - 1])).toEqual([
    'start',
    'token',
    'segment',
    'start',
    'token',
    'segment',
    'text',
  ]);
  const segments = steps.filter(step => step.kind === 'segment');
  expect(segments.map(({ done, total }) => done / total)).toEqual([expect.any(Number), 1]);
  const beams = await stepsOf(text, { numBeams: 3 });
  expect(beams.joined).toBe((await model.translate(text, { numBeams: 3 }).result()).translation);
  expect(beams.steps.some(step => step.kind === 'beams' && step.step.beams[0]!.length === 3)).toBe(true);
});

test('a long line is translated sentence by sentence, and nothing between them is lost', async () => {
  const [a, b, c, d] = sentences.slice(2, 6);
  const text = [a, b, c, d].map(each => each!.en).join('  ');
  const { translation, segments } = await model.translate(text, { maxSegmentTokens: 12 }).result();
  expect(translation).toBe([a, b, c, d].map(each => each!.greedy.text).join('  '));
  expect(segments.map(({ before }) => before)).toEqual(['', '  ', '  ', '  ']);
});

test('a short line of more than two sentences is translated sentence by sentence', async () => {
  const { segments, translation } = await model
    .translate('I like tea. She likes coffee. We drink it every day. Do you want some?')
    .result();
  expect(segments).toHaveLength(4);
  expect(translation).toMatch(/thé.*café.*jours.*\?$/);
  const two = await model.translate('I like tea. She likes coffee.').result();
  expect(two.segments).toHaveLength(1);
});

test('a text without words is its own translation', async () => {
  for (const text of ['', ' ', '\n', ' \r\n\t']) {
    const { translation, tokens, score, segments } = await model.translate(text).result();
    expect({ translation, tokens, score, segments }).toEqual({ translation: text, tokens: [], score: 0, segments: [] });
  }
  expect((await model.translate(['', sentences[0]!.en, '']).result()).map(({ translation }) => translation)).toEqual([
    '',
    sentences[0]!.greedy.text,
    '',
  ]);
  expect(await model.translate([]).result()).toEqual([]);
});

test('an alignment has the attention of each token, and finds the source word of each word', async () => {
  const text = 'The black cat drinks cold milk.';
  const [first, second] = await model.translate([text, sentences[0]!.en], { alignments: true, numBeams: 2 }).result();
  const { translation, segments } = first!;
  const { alignment, sourceTokens, tokens } = segments[0]!;
  const { attention, words, source, target, sourceWords, targetWords } = alignment!;
  expect(attention.shape).toEqual([4, 4, tokens.length + 1, sourceTokens.length]);
  for (let row = 0; row < attention.data.length / sourceTokens.length; row++) {
    const weights = attention.data.subarray(row * sourceTokens.length, (row + 1) * sourceTokens.length);
    expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
  }
  expect(source.map(([start, end]) => text.slice(start, end)).join('')).toBe(text);
  expect(target.map(([start, end]) => translation.slice(start, end)).join('')).toBe(translation);
  expect(words.shape).toEqual([targetWords.length, sourceWords.length]);
  const wordAt = ([start, end]: readonly [number, number], sentence: string) => sentence.slice(start, end);
  const pairsOf = (alignedWords: PlainTensor) =>
    targetWords.map((span, i) => {
      const row = [...alignedWords.data.subarray(i * sourceWords.length, (i + 1) * sourceWords.length)];
      return `${wordAt(span, translation)} ${wordAt(sourceWords[row.indexOf(Math.max(...row))]!, text)}`;
    });
  const pairs = ['Le The', 'chat cat', 'noir black', 'boit drinks', 'du milk', 'lait milk', 'froid cold', '. .'];
  const ofLayer = (layer: number) => Array.from({ length: 4 }, (_, head) => [layer, head] as const);
  expect(pairsOf(wordAlignment(alignment!, { heads: ofLayer(2) }))).toEqual(pairs);
  const shifted = pairsOf(wordAlignment(alignment!, { heads: ofLayer(2), shifted: true }));
  expect(shifted.slice(0, 3)).toEqual(['Le cat', 'chat black', 'noir drinks']); // the attention one step later
  expect(words.data).toEqual(wordAlignment(alignment!, { heads: [0, 1, 2, 3].flatMap(ofLayer) }).data);
  expect(second!.segments[0]!.alignment!.attention.shape[2]).toBe(second!.tokens.length + 1);
});

/** The largest difference between the attention of steps of a translation and that of one pass over it. */
async function attentionDifference(model: Model): Promise<number> {
  const tap = 'decoder.layers.3.crossAttention.weights';
  const { steps } = await stepsOf(sentences[0]!.en, { taps: [tap] }, model);
  const stepWeights = steps.flatMap(step => (step.kind === 'token' ? [step.step.taps[tap]!] : []));
  const whole = (await model.translate(sentences[0]!.en, { alignments: true }).result()).segments[0]!.alignment!
    .attention;
  const [, heads, targetLen, sourceLen] = whole.shape as [number, number, number, number];
  expect(stepWeights.length).toBe(targetLen);
  let most = 0;
  for (const [token, { data }] of stepWeights.entries())
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < sourceLen; i++) {
        const expected = whole.data[((3 * heads + head) * targetLen + token) * sourceLen + i]!;
        most = Math.max(most, Math.abs(data[head * sourceLen + i]! - expected));
      }
  return most;
}

test('the attention of an alignment is that of the steps of the translation', async () => {
  expect(await attentionDifference(model)).toBeLessThan(1e-4); // products with packed weights round their inputs
  const exact = await loadModel(fixtureFiles('packages/model-en-fr/model'), { weights: 'f32' });
  expect(await attentionDifference(exact)).toBeLessThan(5e-6);
  exact.dispose();
});

test('with ablated cross-attention all sources have the same translation', async () => {
  const ablate = [{ tap: 'decoder.layers.*.crossAttention.weights' }];
  const texts = sentences.slice(0, 2).map(({ en }) => en);
  const [a, b] = await model.translate(texts, { ablate }).result();
  expect(a!.translation).toBe(b!.translation);
  const head = await model
    .translate(texts, { ablate: [{ tap: 'decoder.layers.2.crossAttention.weights', heads: [1] }] })
    .result();
  expect(head.map(({ score }) => score)).not.toEqual((await model.translate(texts).result()).map(({ score }) => score));
});

test('options out of range or without effect are refused', async () => {
  const refusal = (options: object, text: unknown = 'Hello.') => model.translate(text as string, options).result();
  await expect(refusal({ numBeams: 0 })).rejects.toThrow(
    'translate: numBeams is 0; it must be a whole number, 1 or more',
  );
  await expect(refusal({ earlyStopping: true })).rejects.toThrow(
    'translate: earlyStopping does nothing with 1 beam; leave it out',
  );
  await expect(refusal({ topLogprobs: 3, numBeams: 2 })).rejects.toThrow(
    'translate: topLogprobs does nothing with 2 beams; leave it out',
  );
  await expect(refusal({ targetLanguage: 'de' })).rejects.toThrow(
    "translate: targetLanguage 'de' is not one token: the vocabulary names no language",
  );
  await expect(refusal({}, 7)).rejects.toThrow('translate: text 0 must be a string, it is a number');
  await expect(refusal({ ablate: [{ tap: 'decoder.layers.9.*' }] })).rejects.toThrow(
    "ablate: 'decoder.layers.9.*' fits no tensor that came up; the nearest are decoder.layers.0.output, ",
  );
  const heads = { tap: 'decoder.layers.0.crossAttention.weights', heads: [4] };
  await expect(refusal({ ablate: [heads] })).rejects.toThrow(
    'ablate: head 4 does not exist, there are 4; decoder.layers.0.crossAttention.weights is [1, 4, 1, ',
  );
  const word = 'a'.repeat(3000);
  await expect(refusal({}, word)).rejects.toThrow(
    /^translate: a word of \d+ tokens, 'a{40}…', is longer than the 128 positions/,
  );
});

test('an abort ends a translation, and an iteration can be left early', async () => {
  const controller = new AbortController();
  const run = (async () => {
    for await (const step of model.translate('A long story. '.repeat(20), { signal: controller.signal }))
      if (step.kind === 'segment') controller.abort(new Error('enough'));
  })();
  await expect(run).rejects.toThrow('enough');
  for await (const { kind } of model.translate(sentences[0]!.en, { numBeams: 2 })) if (kind === 'beams') break;
});

async function stepsOf(text: string, options: object = {}, translator = model) {
  const steps: TranslationStep[] = [];
  for await (const step of translator.translate(text, options)) steps.push(step);
  return { steps, joined: steps.map(({ delta }) => delta).join('') };
}

import '@residual/testkit/wasm';
import type { SpokenWord } from '@residual/pronunciation';
import { memoryUsage } from '@residual/tensor';
import { expect, test } from 'vitest';
import { convertCheckpoint } from '../load/convert-checkpoint.js';
import { loadModel } from '../load/load-model.js';
import { smallVoiceFiles } from '../testing/small-voice.js';
import { sentenceGroups } from './read-english.js';

const changed = (files: ReadonlyMap<string, Uint8Array>, name: string, value: object | undefined) => {
  const others = new Map(files);
  if (value === undefined) others.delete(name);
  else others.set(name, new TextEncoder().encode(JSON.stringify(value)));
  return others;
};

test('a voice with its parts reads English by itself, says what it skips, and is saved whole', async () => {
  const before = memoryUsage();
  const model = await loadModel(await smallVoiceFiles());
  const text = 'Ma! am, Ma 🙂 am. Zmo';
  const { samples, sampleRate, sentences, skipped } = await model.speak(text, { seed: 1 }).result();
  expect([sampleRate, skipped]).toEqual([8000, [{ text: '🙂', span: [11, 13] }]]);
  expect(sentences.map(each => [each.text, text.slice(...each.span)])).toEqual([
    ['Ma!', 'Ma!'],
    ['am, Ma 🙂 am.', 'am, Ma 🙂 am.'],
    ['Zmo', 'Zmo'],
  ]);
  expect(sentences[1]!.tokens.map(({ token }) => token).join(' ')).toBe('<s> AA2 M M AA1 AA2 M .');
  expect(sentences[1]!.words.map(word => text.slice(...word.span))).toEqual(['am', 'Ma', 'am']);
  expect(sentences[2]!.tokens.length).toBeGreaterThan(2); // guessed by letters
  const durations = [undefined, sentences[1]!.tokens.map(({ start, end }) => 2 * (end - start)), undefined];
  const slow = await model.speak(text, { seed: 1, durations }).result();
  expect(slow.sentences[1]!.tokens.length).toBe(sentences[1]!.tokens.length);
  expect(slow.samples.length).toBeGreaterThan(samples.length);
  const again = await loadModel(await model.save());
  expect(await again.speak(text, { seed: 1 }).result()).toEqual(
    expect.objectContaining({ samples, sentences }), // the same bits
  );
  expect((await again.speak('🙂', { seed: 1 }).result()).samples).toHaveLength(0);
  for (const each of [model, again]) each.dispose();
  expect(memoryUsage()).toEqual(before);
});

test('an aborted speech and a voice that is left early keep nothing', async () => {
  const model = await loadModel(await smallVoiceFiles());
  const before = memoryUsage();
  const controller = new AbortController();
  const speech = model.speak('ma. am. Zmo. ma.', { seed: 1, signal: controller.signal });
  await expect(
    (async () => {
      for await (const { sentence } of speech) if (sentence === 1) controller.abort(new Error('enough'));
    })(),
  ).rejects.toThrow('enough');
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

test('a voice whose parts are missing or wrong is refused, and leaves nothing', async () => {
  const files = await smallVoiceFiles();
  const before = memoryUsage();
  const open = (name: string, value: object | undefined) => loadModel(changed(files, name, value));
  const voice = { language: 'en', vocoder: 'vocoder' };
  await expect(open('voice.json', { ...voice, language: 'de' })).rejects.toThrow(
    'voice.json of the source has the language "de"; texts are read in "en"',
  );
  await expect(open('voice.json', { ...voice, vocoder: '../other' })).rejects.toThrow(
    'has the vocoder "../other"; it must be the name of a file or folder beside it',
  );
  await expect(open('voice.json', { ...voice, speaker: 'x' })).rejects.toThrow('has speaker; it can have language');
  await expect(open('voice.json', { ...voice, letters_to_sounds: 'letters' })).rejects.toThrow('and no dictionary');
  await expect(open('dictionary.bin', undefined)).rejects.toThrow(
    'the source has no dictionary.bin, which voice.json names',
  );
  await expect(open('dictionary.bin', { no: 'dictionary' })).rejects.toThrow('openDictionary: the file begins with');
  await expect(open('letters/config.json', undefined)).rejects.toThrow('letters of the source has no config.json');
  await expect(open('model.safetensors', undefined)).rejects.toThrow('has neither model.safetensors');
  expect(memoryUsage()).toEqual(before);
  const { omitted } = await convertCheckpoint(files, { weights: 'f16' });
  expect([...omitted]).toEqual([['voice.json', 'the parts that it names are checkpoints of their own']]);
});

test('long sentences end at a comma or after twenty words, and numbers are not divided', () => {
  const groupsOf = (pauses: readonly SpokenWord['pause'][], startOf = (i: number) => i) =>
    sentenceGroups(pauses.map((pause, i) => ({ word: 'a', start: startOf(i), end: startOf(i) + 1, pause })));
  const lengths = (groups: readonly SpokenWord[][]) => groups.map(({ length }) => length);
  const many = (count: number, pause: ',' | '') => Array<',' | ''>(count).fill(pause);
  expect(lengths(groupsOf(['', '.', ',', '?']))).toEqual([2, 2]);
  expect(lengths(groupsOf([...many(8, ','), '', '', ',', '']))).toEqual([11, 1]);
  expect(lengths(groupsOf(many(45, '')))).toEqual([20, 20, 5]);
  expect(lengths(groupsOf(many(30, ''), i => Math.min(i, 15)))).toEqual([30]);
});

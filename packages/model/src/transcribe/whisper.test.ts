import '@residual/testkit/wasm';
import { readWav } from '@residual/audio';
import { memoryUsage } from '@residual/tensor';
import { repositoryFile } from '@residual/testkit';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

test('Whisper tiny.en in 8 bits writes what the reference writes, with times of words', async () => {
  const recording = readWav(await repositoryFile('fixtures/audio/speech.wav'));
  const model = await loadModel(fixtureFiles('packages/model-whisper-tiny-en/model'));
  const before = memoryUsage();
  const { text, tokens, windows } = await model.transcribe(recording).result();
  expect(tokens).toEqual([290, 523, 716, 1312, 3214, 45630, 504]); // Hugging Face transformers 5.24, in float32
  expect(text).toBe(model.tokenizer!.decode(tokens));
  expect(windows.map(({ attempts }) => attempts.length)).toEqual([1]);
  const { segments, words } = await model.transcribe(recording, { timestamps: 'word', attention: true }).result();
  expect(segments[0]!.start).toBe(0);
  expect(words!.map(word => word.text).join('')).toBe(segments.map(segment => segment.text).join(''));
  const starts = [0, 0.5, 0.8, 1.16]; // of the first words in the reference
  for (const [i, start] of starts.entries()) expect(Math.abs(words![i]!.start - start)).toBeLessThan(0.05);
  for (const { start, end, tokens: own, attention } of words!) {
    const { start: first, step, weights } = attention!;
    expect([first, step, weights.length, own.length > 0]).toEqual([0, 0.02, 125, true]); // 2.5 s of sound
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    expect(total).toBeLessThanOrEqual(1 + 1e-5);
    const near = weights.filter((_, i) => i * step > start - 0.3 && i * step < end + 0.3);
    expect(near.reduce((sum, weight) => sum + weight, 0)).toBeGreaterThan(0.25); // 0.32 to 0.76
  }
  await expect(model.transcribe(recording, { attention: true }).result()).rejects.toThrow(
    "transcribe: attention is that of words; it needs timestamps: 'word'",
  );
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});

import { fixture } from '@residual/testkit';
import { expect, test } from 'vitest';
import { readAudio } from '../index.js';

test('a page decodes other formats: FLAC of 44.1 kHz in stereo becomes mono at 16 kHz', async () => {
  const samples = await readAudio(new Blob([new Uint8Array(await fixture('audio/tone.flac'))]));
  expect(Math.abs(samples.length - 1600)).toBeLessThanOrEqual(1);
  let worst = 0;
  for (let i = 200; i < 1400; i++)
    worst = Math.max(worst, Math.abs(samples[i]! - 0.5 * Math.sin((2 * Math.PI * 1000 * i) / 16_000)));
  expect(worst).toBeLessThan(0.01);
});

test('a text is refused', async () => {
  const error = await readAudio(new Blob(['Once upon a time'])).catch(error => error);
  expect([error.code, error.message]).toEqual([
    'decoder',
    expect.stringMatching(/^readAudio: the file cannot be decoded: /),
  ]);
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav, writeWav } from '@residual/audio';
import { appearanceProblems, type OpenApp, type Page, root } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSpeech } from './open.js';

const samplesOf = (word: string) =>
  readWav(readFileSync(join(root, 'apps', 'speech', 'public', 'words', `${word}.wav`))).channels[0]!;

let [app, page, folder]: [OpenApp?, Page?, string?] = [];
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'residual-words-'));
  const pause = new Float32Array(24_000);
  const parts = [pause, samplesOf('stop'), pause, samplesOf('yes'), pause];
  const words = Float32Array.from(parts.flatMap(part => [...part]));
  const file = join(folder, 'words.wav');
  writeFileSync(file, writeWav({ sampleRate: 16_000, channels: [words] }));
  app = await openSpeech(file);
  // On a slow line the large model is not loaded; the small one needs no question.
  page = await app.open('#backend=wasm', {}, opened =>
    opened.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } })),
  );
});
afterAll(async () => {
  await app?.close();
  rmSync(folder!, { recursive: true });
});

const spotted = () => page!.textContent('#spotted');
const lit = () => page!.locator('#lanes .lit').allTextContents();
const word = (text: string) => page!.locator('#words button', { hasText: new RegExp(`^${text}$`) });

test('a word that is played lights up, without the large model', async () => {
  await word('yes').click();
  await expect.poll(spotted, { timeout: 120_000 }).toMatch(/^“yes”, with \d+ %\.$/);
  await expect.poll(lit).toEqual(['yes']);
  const drawn = await page!.locator('#lanes canvas').evaluateAll(canvases =>
    canvases.map(canvas => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return data.filter((value, i) => i % 4 === 3 && value > 128).length;
    }),
  );
  expect(drawn).toHaveLength(10);
  expect(drawn.indexOf(Math.max(...drawn))).toBe(0); // the first lane is that of “yes”
  expect(await appearanceProblems(page!)).toEqual([]);
});

test('words that are said into the microphone light up, started and ended by keys', async () => {
  const heard: string[] = [];
  await page!.locator('#spot').focus();
  await page!.keyboard.press('Enter');
  await expect
    .poll(
      async () => {
        const text = (await spotted()) ?? '';
        if (text.startsWith('“') && heard.at(-1) !== text) heard.push(text);
        return heard.map(each => each.split('”')[0]!.slice(1));
      },
      { timeout: 60_000, interval: 100 },
    )
    .toEqual(expect.arrayContaining(['yes']));
  expect(await page!.locator('#spot').getAttribute('aria-pressed')).toBe('true');
  await page!.keyboard.press('Enter');
  await expect.poll(() => page!.locator('#spot').getAttribute('aria-pressed')).toBe('false');
});

test('on WebGL and WebGPU the same word is spotted', async () => {
  const backends = await page!
    .locator('#backend option')
    .evaluateAll(options => options.map(option => (option as HTMLOptionElement).value));
  for (const backend of backends.filter(name => /^webg/.test(name))) {
    const other = await app!.open(`#backend=${backend}`, {}, opened =>
      opened.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } })),
    );
    await other.locator('#words button', { hasText: /^stop$/ }).click();
    await expect.poll(() => other.textContent('#spotted'), { timeout: 120_000 }).toMatch(/^“stop”, with \d+ %\.$/);
    await other.close();
  }
});

test('the page had no problems', () => {
  expect(app!.problems).toEqual([]);
  expect(app!.foreignRequests).toEqual([]);
});

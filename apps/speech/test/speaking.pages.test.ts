import '@residual/testkit/wasm';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWav } from '@residual/audio';
import { loadModel, type Model } from '@residual/model';
import {
  appearanceProblems,
  type OpenApp,
  type Page,
  reachedByTab,
  root,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSpeech } from './open.js';

let app: OpenApp;
let page: Page;
let voice: Model;
const requests: string[] = [];
beforeAll(async () => {
  app = await openSpeech();
  voice = await loadModel(join(root, 'packages', 'model-voice-en', 'model'));
  page = await app.open('#part=speak&backend=wasm', {}, async opened => {
    opened.on('request', request => requests.push(request.url()));
    await opened.addInitScript(() => {
      const { AudioContext } = globalThis;
      Object.assign(globalThis, { devices: 0 });
      globalThis.AudioContext = class extends AudioContext {
        constructor() {
          super();
          (globalThis as unknown as { devices: number }).devices++;
        }
      };
    });
  });
});
afterAll(async () => {
  await app?.close();
  voice?.dispose();
});

const devices = () => page.evaluate(() => (globalThis as unknown as { devices: number }).devices);

/** Waits until what `act` starts has been computed. */
const after = async (act: () => Promise<unknown>): Promise<string> => {
  await page.locator('#panel-speak').evaluate(panel => panel.removeAttribute('data-state'));
  await act();
  await page.locator('#panel-speak[data-state=ready]').waitFor();
  return (await page.textContent('#spoken-status'))!;
};

/** The samples of the file that the page saves. */
const saved = async (): Promise<Float32Array> => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#wav')]);
  const { sampleRate, channels } = readWav(readFileSync(await download.path()));
  expect(sampleRate).toBe(16_000);
  return channels[0]!;
};

/** A phone of the score, by its number. */
const phone = (index: number) => page.locator('.phone').nth(index);
const lengthOf = async (index: number) => Number(await phone(index).getAttribute('aria-valuenow'));

test('nothing is loaded and nothing sounds before a click; then the page says what the library says', async () => {
  await page.locator('main[data-state=ready]').waitFor();
  expect(requests.filter(url => url.includes('/models/'))).toEqual([]);
  expect(await devices()).toBe(0);
  await page.fill('#text', 'Hello. It is $2, Zorblat 🙂!');
  const status = await after(() => page.click('#say'));
  expect(status).toMatch(/^6 words in \d\.\d s of sound, which began after \d+\.\d\d s\.$/);
  expect(await devices()).toBe(1);
  expect(await page.locator('#said [role=option]').allTextContents()).toEqual([
    ...['Hello.', 'It', 'is', 'two', 'dollars,', 'Zorblat'],
  ]);
  expect(await page.textContent('#skipped')).toBe('Not said, since the voice has no sounds for it: “🙂”.');
  expect(await page.inputValue('#backend')).toBe('wasm');
  const { samples } = await voice.speak('Hello. It is $2, Zorblat 🙂!', { seed: 1 }).result();
  const inPage = await saved();
  expect(inPage).toHaveLength(samples.length);
  expect(Math.max(...inPage.map((sample, i) => Math.abs(sample - samples[i]!)))).toBeLessThan(2e-3); // of 16 bits
});

test('each word is lit while it is spoken', async () => {
  const words = ['Hello.', 'It', 'is', 'two', 'dollars,', 'Zorblat'];
  await page.locator('#said').evaluate(said => {
    const lit: string[] = [];
    Object.assign(globalThis, { lit });
    new MutationObserver(() => {
      const word = said.querySelector('.played')?.textContent;
      if (word && word !== lit.at(-1)) lit.push(word);
    }).observe(said, { attributes: true, subtree: true });
  });
  const lit = () => page.evaluate(() => (globalThis as unknown as { lit: string[] }).lit.splice(0));
  await after(() => page.locator('#speed').fill('0.5')); // long words, for slow machines
  await lit();
  let seen: string[] = [];
  while (seen.length !== words.length) {
    await page.click('#say'); // again, where a machine drew too few frames and missed a word
    await page.locator('#stop-saying:not(:disabled)').waitFor();
    await page.locator('#stop-saying:disabled').waitFor();
    seen = await lit();
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).toEqual(words.filter(word => seen.includes(word))); // in their order, and nothing else
  }
  await after(() => page.locator('#speed').fill('1'));
});

test('the edge of a phone is dragged, and its sentence is said anew with the longer phone', async () => {
  const [before, length] = [await saved(), await lengthOf(1)];
  const edge = phone(1).locator('.edge');
  await edge.scrollIntoViewIfNeeded();
  const box = (await edge.boundingBox())!;
  const status = await after(async () => {
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 68, box.y + 60, { steps: 4 });
    await page.mouse.up();
  });
  expect(status).toMatch(/^The sentence as you have changed it/);
  expect(await lengthOf(1)).toBeGreaterThanOrEqual(length + 160);
  expect((await saved()).length - before.length).toBe(((await lengthOf(1)) - length) * 16);
});

test('arrow keys change a phone of the chosen word, and Delete gives it back to the voice', async () => {
  await page.locator('#said [role=option]').first().click();
  await phone(1).focus();
  const [length, value] = [await lengthOf(1), await phone(1).getAttribute('aria-valuetext')];
  await after(() => page.keyboard.press('ArrowLeft'));
  expect(await lengthOf(1)).toBe(length - 16);
  await after(() => page.keyboard.press('Shift+ArrowUp'));
  expect(await phone(1).getAttribute('aria-valuetext')).toMatch(/milliseconds, pitch \d\.\d above the middle$/);
  expect(await phone(1).getAttribute('aria-valuetext')).not.toBe(value);
  await after(() => page.keyboard.press('Delete'));
  expect(await page.evaluate(() => document.activeElement?.className)).toContain('phone');
  const { samples } = await voice.speak('Hello. It is $2, Zorblat 🙂!', { seed: 1 }).result();
  expect(await saved()).toHaveLength(samples.length);
});

test('the point of a phone is dragged up, and Stop ends a speech, which can be said again', async () => {
  const before = await phone(2).getAttribute('aria-valuetext');
  const box = (await phone(2).boundingBox())!;
  await after(async () => {
    await page.mouse.move(box.x + 6, box.y + 70);
    await page.mouse.down();
    await page.mouse.move(box.x + 6, box.y + 38, { steps: 4 });
    await page.mouse.up();
  });
  expect(await phone(2).getAttribute('aria-valuetext')).not.toBe(before);
  const long = 'One two three four five six seven eight nine ten. '.repeat(10);
  await page.fill('#text', long);
  await page.click('#say');
  await page.locator('#spoken-status', { hasText: 'Speaking' }).waitFor();
  expect(await after(() => page.click('#stop-saying'))).toBe('Stopped');
  await page.fill('#text', 'Hello. It is $2, Zorblat 🙂!');
  expect(await after(() => page.click('#say'))).toMatch(/^6 words/);
});

test('a word shows its sounds, and which letters they were read from', async () => {
  await page.locator('#said [role=option]', { hasText: 'Zorblat' }).click();
  await expect.poll(() => page.textContent('#spelled-from')).toMatch(/^None of the 1\d\d,\d\d\d words .*“zorblat”/);
  expect(await page.textContent('#spelled-title')).toMatch(/^“zorblat” is Z /);
  const letters = await page
    .locator('#letters')
    .evaluate(each => [...each.shadowRoot!.querySelectorAll('[part~=source]')].map(part => part.textContent!.trim()));
  expect(letters.join('')).toBe('zorblat');
  await page.locator('#said [role=option]', { hasText: 'Hello' }).click();
  await expect.poll(() => page.textContent('#spelled-from')).toMatch(/^It is one of the/);
  expect(await page.textContent('#spelled-title')).toMatch(/^“hello” is HH /);
});

test('the speed and the text are in the link; twice the speed is half the sound', async () => {
  const before = (await saved()).length;
  await after(() => page.locator('#speed').fill('2'));
  expect((await saved()).length / before).toBeCloseTo(0.5, 1);
  expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('speed')).toBe('2');
  expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('text')).toContain('Zorblat');
});

test('every control has a help sentence, Tab reaches them, and the page looks right everywhere', async () => {
  const controls = '#panel-speak :is(input, textarea, button[id])';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.locator('#said [role=option]').first().click();
  await page.locator('#tab-speak').focus();
  const reached = await reachedByTab(page, 40);
  expect(['text', 'say', 'speed', 'pitch', 'score', 'wav'].filter(name => !reached.has(name))).toEqual([]);
  expect(await appearanceProblems(page)).toEqual([]);
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});

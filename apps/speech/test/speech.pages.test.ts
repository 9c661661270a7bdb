import { readFileSync } from 'node:fs';
import {
  appearanceProblems,
  expectError,
  type OpenApp,
  type Page,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { after, heard, openSpeech, recordingOf } from './open.js';

let app: OpenApp;
let page: Page;
beforeAll(async () => {
  app = await openSpeech();
  page = await app.open('#backend=wasm');
});
afterAll(() => app?.close());

test('the recording of the page is written down, each word below its sound', async () => {
  expect(await heard(page)).toBe(
    'And so my fellow Americans ask not what your country can do for you ask what you can do for your country.',
  );
  const words = await page.locator('#timeline .said span').allTextContents();
  expect(words.slice(0, 5)).toEqual(['And', 'so', 'my', 'fellow', 'Americans']);
  const brightness = await page.locator('#timeline canvas').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(data.filter((_, i) => i % 4 === 0)).size;
  });
  expect(brightness).toBeGreaterThan(50); // a picture of many shades
  expect(await appearanceProblems(page)).toEqual([]);
});

test('a word that is chosen shows what else it could be, by click and by key', async () => {
  await page.locator('#timeline .said span').nth(4).click();
  await expect.poll(() => page.textContent('#word-title')).toMatch(/^“Americans” was heard from 1\.\d\d to 2\.\d\d s/);
  await expect
    .poll(() => page.locator('#considered .written').allTextContents())
    .toEqual([expect.stringMatching(/^Americans\d/)]);
  await page.locator('#heard [aria-selected=true]').focus();
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.textContent('#word-title')).toMatch(/^“ask” was heard/);
  await expect.poll(() => page.locator('#considered .written').textContent()).toMatch(/^ask\d/);
  expect(await appearanceProblems(page)).toEqual([]);
});

test('every control has a help sentence, and Tab reaches all of them', async () => {
  const controls = ':is(input:not([type=hidden]), select, textarea, button[id]:not([role=tab]))';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.locator('details').evaluateAll(all => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  const wanted = await page.evaluate(selector => {
    const enabled = [...document.querySelectorAll<HTMLInputElement>(selector)];
    return enabled.filter(each => !each.disabled && each.checkVisibility()).map(({ id }) => id);
  }, controls);
  expect(wanted).toContain('speak');
  const reached = await reachedByTab(page, wanted.length + 30);
  expect([...wanted, 'timeline'].filter(name => !reached.has(name))).toEqual([]);
});

test('subtitles are saved with times', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#srt')]);
  expect(download.suggestedFilename()).toBe('A president, 1961.srt');
  const text = readFileSync(await download.path(), 'utf8');
  expect(text).toMatch(/^1\n00:00:00,\d{3} --> 00:00:0\d,\d{3}\nAnd so my fellow Americans/);
});

test('a recording of the visitor is written down, and a file that is none is an error that loses nothing', async () => {
  const text = await after(page, () => page.setInputFiles('#files', recordingOf('flite')));
  expect(text).toMatch(/^A small model can run inside your browser/);
  await page.setInputFiles('#files', {
    name: 'notes.wav',
    mimeType: 'audio/wav',
    buffer: Buffer.from('no sound at all'),
  });
  await expectError(page, 'notes');
  expect(await heard(page)).toBe(text);
});

test('what is said into the microphone is written while it is said', async () => {
  await page.reload();
  await heard(page);
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await page.check('#echo'); // what is said will be read back
  await page.click('#speak');
  await expect.poll(() => page.textContent('#heard'), { timeout: 120_000 }).toMatch(/\w/);
  expect(await page.locator('#speak').getAttribute('aria-pressed')).toBe('true');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('#timeline .track')!.offsetWidth > 7.5 * 170);
  await page.click('#speak');
  expect(await heard(page)).toMatch(/John Dashwood had then leisure to consider/);
  expect(await page.locator('#speak').getAttribute('aria-pressed')).toBe('false');
});

test('what was said is read back by the voice, in French too as text, and taken to the other side', async () => {
  await page.locator('#echo-section[data-state=ready]').waitFor();
  const words = (await page.locator('#read-back [role=option]').allTextContents()).join(' ');
  expect(words.toLowerCase()).toContain('john dashwood had then leisure to consider');
  expect(await page.textContent('#french')).toMatch(/John .*considérer/);
  expect(await page.textContent('#back-status')).toMatch(/^\d+ words read back\.$/);
  await page.click('#edit');
  expect(await page.inputValue('#text')).toMatch(/John Dashwood had then leisure to consider/);
  await page.click('#tab-listen');
  expect(await heard(page)).toMatch(/John Dashwood/);
});

test('on a slow line the page says how large the model is, and loads it when it is asked to', async () => {
  const requests: string[] = [];
  const slow = await app.open('#backend=wasm&recording=flite', {}, async opened => {
    opened.on('request', request => requests.push(request.url()));
    await opened.addInitScript(() => Object.defineProperty(navigator, 'connection', { value: { saveData: true } }));
  });
  const button = slow.locator('#cancel', { hasText: 'Load the model, 47.9 MB' });
  await button.waitFor();
  expect(await slow.textContent('#loading-text')).toMatch(/needs a speech model of 47\.9 MB; .* memory/);
  await expect.poll(() => slow.locator('#timeline canvas').count()).toBe(1); // the sound is shown already
  expect(requests.filter(url => url.includes('/models/'))).toEqual([]);
  await button.click();
  expect(await heard(slow)).toMatch(/^A small model can run inside your browser/);
  expect(await slow.locator('#loading').isHidden()).toBe(true);
  await slow.close();
});

test('the page had no problems', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});

import '@residual/testkit/wasm';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadModel, type Model } from '@residual/model';
import {
  appearanceProblems,
  expectError,
  type OpenApp,
  type Page,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDrawing, ready } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;
const loaded: string[] = [];
beforeAll(async () => {
  app = await openDrawing();
  page = await app.open('#backend=wasm&chapter=emoji', {}, async opened => {
    opened.on('request', request => loaded.push(request.url()));
  });
  await ready(page);
  model = await loadModel(fileURLToPath(new URL('../../../packages/model-emoji-images/model', import.meta.url)));
});
afterAll(async () => {
  await app?.close();
  model?.dispose();
});

/** Waits until a painting has ended with this seed. */
const painted = (seed: number) =>
  page.locator('#emoji-status', { hasText: new RegExp(`^It wrote \\d+ codes; seed ${seed}\\.`) }).waitFor();

/** Waits until the codes that are considered for a patch are shown, the eight likeliest. */
const considered = (row: number, column: number) =>
  Promise.all([
    page.locator('#patch-title', { hasText: `at row ${row}, column ${column}` }).waitFor(),
    page.locator('#alternatives li').nth(7).waitFor(),
  ]);

/** Red, green and blue of the pixels of a canvas. */
const pixelsOf = (of: Page, id = 'painting') =>
  of.locator(`#${id}`).evaluate(canvas => {
    const { width, height } = canvas as HTMLCanvasElement;
    const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
    return [...data].filter((_, i) => i % 4 < 3);
  });

const codesIn = (address: string) =>
  (new URLSearchParams(new URL(address).hash.slice(1)).get('codes') ?? '').split('.');

test('the page paints what the library paints with the same seed, and opens no other model', async () => {
  await painted(1);
  const { image } = await model.paint('red heart', { seed: 1 }).result();
  expect(await pixelsOf(page)).toEqual([...image.data]);
  expect(loaded.filter(address => address.includes('/models/drawings/'))).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#save-emoji')]);
  const png = readFileSync(await download.path());
  expect([download.suggestedFilename(), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
    'red heart.png',
    384,
    384,
  ]);
});

test('unknown words are named, and a name of none that it knows is refused', async () => {
  await page.fill('#emoji', 'green zzgrmpf square');
  await page.press('#emoji', 'Enter');
  await page.locator('#emoji-status', { hasText: 'It left out “zzgrmpf”.' }).waitFor();
  await page.fill('#emoji', 'zzgrmpf');
  await page.press('#emoji', 'Enter');
  await expectError(page, 'The model knows no word of "zzgrmpf".');
  await page.locator('#names button', { hasText: 'red heart' }).click();
  await painted(1);
});

test('a patch is changed, alone and with all behind it, and a link opens the same picture', async () => {
  await page.locator('#patches td').nth(27).click();
  await considered(4, 4);
  const shares = await page.locator('#alternatives .figure').allTextContents();
  expect(shares.every(text => /^(< 0\.1|\d+(\.\d)?) %$/.test(text))).toBe(true);
  expect(await page.locator('#alternatives [aria-pressed=true]').count()).toBe(1);
  const before = await pixelsOf(page);
  const { codes } = await model.paint('red heart', { seed: 1 }).result();
  const other = page.locator('#alternatives [aria-pressed=false]').first();
  const code = Number(/^code (\d+)/.exec((await other.getAttribute('aria-label'))!)![1]);
  await other.click();
  const tried = await model.decodeImage(codes.with(27, code));
  expect(await pixelsOf(page)).toEqual([...tried.data]);
  expect(await pixelsOf(page)).not.toEqual(before);
  await page.click('#only-this');
  await page.locator('#emoji-status', { hasText: 'One patch is changed' }).waitFor();
  expect(codesIn(page.url())).toEqual([...codes.with(27, code)].map(String));

  await page.locator('#patches td').nth(20).click();
  await considered(3, 5);
  await page.locator('#alternatives [aria-pressed=false]').last().click();
  await page.click('#go-on');
  await page.locator('#emoji-status', { hasText: 'It wrote 43 codes; seed 1.' }).waitFor();
  const prefix = codesIn(page.url()).map(Number);
  expect(prefix.slice(0, 20)).toEqual([...codes.slice(0, 20)]);
  expect(prefix[20]).not.toBe(codes[20]);
  expect(prefix).toHaveLength(21);
  const begun = Int32Array.from({ length: 64 }, (_, i) => prefix[i] ?? -1);
  const { image } = await model.paint('red heart', { seed: 1, codes: begun }).result();
  expect(await pixelsOf(page)).toEqual([...image.data]);
  const linked = await app.open(new URL(page.url()).hash);
  await linked.locator('#emoji-status', { hasText: 'It wrote 43 codes' }).waitFor();
  expect(await pixelsOf(linked)).toEqual([...image.data]);
  await linked.close();
});

test('by keyboard: arrow keys move over the patches, and the slider goes back through the picture', async () => {
  await page.locator('#patches td').nth(20).click();
  await considered(3, 5);
  for (const key of ['ArrowRight', 'ArrowDown', 'Home']) await page.keyboard.press(key);
  await considered(4, 1);
  expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toMatch(/^row 4, column 1: code \d+$/);
  await page.locator('#codeCount').fill('10');
  await considered(2, 2);
  expect(await page.locator('#patches td').nth(10).getAttribute('aria-label')).toBe('row 2, column 3: not painted yet');
  await page.locator('#emoji').fill('');
  await page.press('#emoji', 'Enter');
  await page.locator('#stop-painting:enabled').click();
  await page.locator('#emoji-status', { hasText: 'Stopped.' }).waitFor();
});

test('four seeds, of which one is taken up', async () => {
  await page.locator('#names button', { hasText: 'green square' }).click();
  await painted(1);
  await page.click('#paint-four');
  await page.locator('#four li').nth(3).waitFor();
  await page.locator('#four button', { hasText: 'seed 3' }).click();
  await page.locator('#emoji-status', { hasText: 'It is the picture of seed 3.' }).waitFor();
  const { image } = await model.paint('green square', { seed: 3 }).result();
  expect(await pixelsOf(page)).toEqual([...image.data]);
});

test('a picture is shown through its codes, and they are taken up', async () => {
  await page.fill('#find', 'hot beverage');
  await page.locator('#found button').first().click();
  await page.locator('#codes-note', { hasText: /^hot beverage: 64 codes .* is \d\d\.\d dB/ }).waitFor();
  const codes = (await page.locator('#code-table span').allTextContents()).map(Number);
  expect(await pixelsOf(page, 'decoded')).toEqual([...(await model.decodeImage(codes)).data]);
  await page.click('#take-codes');
  await page.locator('#emoji-status', { hasText: 'These are the codes of hot beverage.' }).waitFor();
  expect(codesIn(page.url()).map(Number)).toEqual(codes);
  const file = { name: 'note.png', mimeType: 'image/png' };
  await page.setInputFiles('#picture', { ...file, buffer: Buffer.from('no picture') });
  await expectError(page, 'note.png is no picture that this browser can read.');
  await page.setInputFiles('#picture', {
    ...file,
    buffer: readFileSync(new URL('../../../packages/model-emoji-images/sheet.png', import.meta.url)),
  });
  await page.locator('#codes-note', { hasText: 'note.png: 64 codes in place of 2,304 pixels.' }).waitFor();
});

test('many pictures and drawings leave nothing in the memory of the worker', async () => {
  const tensors = () =>
    page.workers()[0]!.evaluate(() => {
      const engine = (self as unknown as { _tfengine: { memory(): Record<string, number> } })._tfengine;
      const { numTensors, numBytes } = engine.memory();
      return { numTensors, numBytes };
    });
  await page.click('#tab-strokes');
  await page.locator('#drawing-status', { hasText: /^It wrote/ }).waitFor();
  const draw = async (seed: number) => {
    await page.click('#another');
    await page.locator('#drawing-status', { hasText: `; seed ${seed}.` }).waitFor();
  };
  await draw(6);
  const before = await tensors();
  for (let seed = 7; seed < 10; seed++) await draw(seed);
  expect(await tensors()).toEqual(before);
  await page.click('#tab-emoji');
  await ready(page);
  const paint = async (seed: number) => {
    await page.click('#another-emoji');
    await painted(seed);
    await page.locator('#alternatives li').nth(7).waitFor();
  };
  await paint(4);
  const ofEmoji = await tensors();
  await paint(5);
  expect(await tensors()).toEqual(ofEmoji);
});

test('every control has a help sentence, Tab reaches all of them, and nothing is hard to see', async () => {
  const controls = '#panel-emoji :is(input, button[id])';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.locator('details').evaluateAll(all => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  const wanted = await page.locator(`${controls}:visible:enabled`).evaluateAll(all => all.map(({ id }) => id));
  const reached = await reachedByTab(page, wanted.length + 50);
  expect([...wanted, 'patches', 'names', 'alternatives', 'four', 'found'].filter(id => !reached.has(id))).toEqual([]);
  expect(await appearanceProblems(page)).toEqual([]);
});

test('the page asked no other server', () => {
  expect(app.foreignRequests).toEqual([]);
});

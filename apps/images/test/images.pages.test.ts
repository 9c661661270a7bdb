import { crc32 } from 'node:zlib';
import {
  appearanceProblems,
  expectError,
  type OpenApp,
  type Page,
  reachedByTab,
  undescribedControls,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, labelsIn, openImages, ready } from './open.js';

let app: OpenApp;
let page: Page;
beforeAll(async () => {
  app = await openImages();
  page = await app.open('#backend=wasm&sum=%F0%9F%90%88');
  await ready(page);
});
afterAll(() => app?.close());

const search = (text: string) => page.fill('#sum', text);
const take = (name: string, buffer: Buffer, mimeType = 'image/png') =>
  page.setInputFiles('#files', { name, mimeType, buffer });

test('an emoji in the sum is its picture: the nearest picture is itself, and the address has the sum', async () => {
  await answered(page, '🐈');
  expect((await labelsIn(page, 'pictures'))[0]).toBe('cat');
  await search('a red apple');
  await answered(page, 'a red apple');
  const shown = await labelsIn(page, 'pictures');
  const figures = await page.locator('#pictures .figure').allTextContents();
  expect(figures.map(text => Number(text.replace('−', '-')))).toEqual(
    figures.map(text => Number(text.replace('−', '-'))).toSorted((a, b) => b - a),
  );
  expect(new Set(shown).size).toBe(24);
  expect(new URL(page.url()).hash).toContain('sum=a+red+apple');
});

test('a name is nearest to itself, and a word that nobody knows is left out, with a sentence', async () => {
  await search('elephant');
  await answered(page, 'elephant');
  expect(await page.locator('#words button .word').first().textContent()).toBe('elephant');
  await search('elephant zzgrmpf');
  await expect
    .poll(() => page.textContent('#left-out'))
    .toBe('The model does not know the word “zzgrmpf”; it knows English words.');
  await search('zzgrmpf');
  await expectError(page, 'The model does not know the word “zzgrmpf”');
  await search('🐈 + sea − house');
  await answered(page, '🐈 + sea − house');
  expect(await labelsIn(page, 'pictures')).not.toContain('cat'); // no term of a sum is its answer
});

test('what is drawn is read while it is drawn, and stands in the address', async () => {
  await page.locator('#look-answer strong').waitFor();
  await page.click('#clear');
  await page.locator('#look-result').waitFor({ state: 'hidden' });
  const { x, y, width } = (await page.locator('#paper').boundingBox())!;
  const to = (right: number, down: number) => page.mouse.move(x + right * width, y + down * width, { steps: 4 });
  await to(0.2, 0.8);
  await page.mouse.down();
  for (const [right, down] of [
    [0.5, 0.2],
    [0.8, 0.8],
    [0.2, 0.8],
  ] as const)
    await to(right, down);
  await page.locator('#look-answer strong').waitFor(); // before the pen is lifted
  await page.mouse.up();
  await page.locator('#where', { hasText: /^Its cosine with “.+” is −?\d/ }).waitFor();
  const address = page.url();
  expect(new URL(address).hash).toMatch(/drawing=[\w-]{8,}/);
  const word = await page.textContent('#look-answer strong');
  await page.click('#add');
  await answered(page, '🐈 + sea − house + [picture]');
  const other = await app.open(new URL(address).hash);
  await ready(other);
  await other.locator('#look-answer strong').waitFor();
  expect(await other.textContent('#look-answer strong')).toBe(word);
  await other.close();
});

test('a picture of the page is looked at by keyboard, and the tint follows the word', async () => {
  await search('🐈');
  await answered(page, '🐈');
  await page.locator('#pictures button').first().focus();
  await page.keyboard.press('Enter');
  await page.locator('#seen-name', { hasText: /^\S+ cat; the model reads it as \d+ × \d+$/ }).waitFor();
  await page.locator('#where', { hasText: /^Its cosine/ }).waitFor();
  const pixels = () => page.locator('#seen').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const before = await pixels();
  await page.fill('#word', 'tail');
  await page.press('#word', 'Enter');
  await page.locator('#where', { hasText: 'Its cosine with “tail” is' }).waitFor();
  expect(await pixels()).not.toBe(before);
  expect(new URL(page.url()).hash).toContain('word=tail');
});

test('files are read, and what is no picture is an error that loses nothing', async () => {
  await take('one.png', onePixel);
  await page.locator('#seen-name', { hasText: 'one.png, 1 × 1 pixels; the model reads it' }).waitFor();
  await take('notes.png', Buffer.from('no picture at all'));
  await expectError(page, 'the file is in no format that is known');
  const png = Buffer.from(onePixel);
  for (const at of [16, 20]) png.writeUInt32BE(60_000, at);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  await take('huge.png', png);
  await expectError(page, /60000 x 60000/);
  expect(await page.textContent('#seen-name')).toContain('one.png');
});

test('the map is drawn when it comes into view, and zooms by keys', async () => {
  await page.locator('#map').scrollIntoViewIfNeeded();
  await page.locator('#map-shares', { hasText: /show \d+ % of what tells them apart/ }).waitFor();
  const pixels = () => page.locator('#map').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  await page.locator('#map').focus();
  const before = await pixels();
  await page.keyboard.press('+');
  await expect.poll(pixels).not.toBe(before);
  await page.keyboard.press('0');
  await expect.poll(pixels).toBe(before);
});

test('one thing and four are measured, with all twelve things', async () => {
  await page.click('#measure');
  await page.locator('#several-answer', { hasText: /of 12 cases, where half would be chance/ }).waitFor();
  expect(await page.locator('#several-rows tr').count()).toBe(12);
  const agreements = await page.locator('#several-rows td:nth-child(2)').allTextContents();
  expect(agreements.every(text => /^−?[01]\.\d\d$/.test(text))).toBe(true);
  expect(await appearanceProblems(page)).toEqual([]);
});

test('every control has a help sentence, and Tab reaches all of them', async () => {
  const controls = ':is(input, select, button[id])';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.locator('details').evaluateAll(all => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  const wanted = await page.evaluate(selector => {
    const enabled = [...document.querySelectorAll<HTMLInputElement>(selector)];
    return enabled.filter(each => !each.disabled && each.checkVisibility()).map(({ id }) => id);
  }, controls);
  const reached = await reachedByTab(page, wanted.length + 75);
  expect([...wanted, 'map', 'pictures', 'words', 'near-words'].filter(id => !reached.has(id))).toEqual([]);
});

test('the page had no problems', () => {
  expect(app.foreignRequests).toEqual([]);
});

/** A PNG of one red pixel. */
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC',
  'base64',
);

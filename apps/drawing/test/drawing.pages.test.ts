import '@residual/testkit/wasm';
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
import { drawingToSvg } from '@residual/vision';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawn, openDrawing, ready, savedBy } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;
beforeAll(async () => {
  app = await openDrawing();
  page = await app.open('#backend=wasm');
  await ready(page);
  model = await loadModel(fileURLToPath(new URL('../../../packages/model-drawings/model', import.meta.url)));
});
afterAll(async () => {
  await app?.close();
  model?.dispose();
});

const picture = { size: 512, lineWidth: 8, box: { left: 0, top: 0, width: 31, height: 31 } };
const pathsOf = (svg: string) => / d="([^"]*)"/.exec(svg)![1]!.split(/(?=M)/);

test('the page draws what the library draws with the same seed, and saves it', async () => {
  const { drawing, newTokens } = await model.draw('sailboat', { seed: 5 }).result();
  expect(await savedBy(page, 'save')).toBe(drawingToSvg(drawing, picture));
  expect(await page.textContent('#drawing-status')).toContain(`It wrote ${newTokens.length} tokens`);
  await page.click('#another');
  await drawn(page, 6);
  expect(new URL(page.url()).hash).toContain('seed=6');
});

test('a word that was never drawn is drawn, and one that nobody knows is left out or refused', async () => {
  await page.fill('#word', 'pirate zzgrmpf');
  await page.press('#word', 'Enter');
  await page.locator('#drawing-status', { hasText: 'It does not know “zzgrmpf”.' }).waitFor();
  expect(pathsOf(await savedBy(page, 'save')).length).toBeGreaterThan(0);
  await page.fill('#word', 'zzgrmpf');
  await page.press('#word', 'Enter');
  await expectError(page, 'The model knows no word of "zzgrmpf".');
});

test('the slider shows what the pen considered, and the pen is taken there', async () => {
  await page.locator('#words button', { hasText: 'sailboat' }).click();
  await drawn(page, 6);
  await page.locator('#moment').fill('7');
  expect(await page.locator('#considered li').count()).toBe(3);
  const shares = await page.locator('#considered .figure').allTextContents();
  expect(shares.every(text => /^(< 0\.1|\d+(\.\d)?) %$/.test(text))).toBe(true);
  await page.locator('#paper').scrollIntoViewIfNeeded();
  const { x, y, width } = (await page.locator('#paper').boundingBox())!;
  await page.mouse.move(x + 0.2 * width, y + 0.9 * width);
  await page.mouse.down();
  await page.mouse.move(x + 0.8 * width, y + 0.9 * width, { steps: 5 });
  await page.mouse.up();
  await page.locator('#draw', { hasText: 'Let it go on' }).waitFor();
  const own = pathsOf(await savedBy(page, 'save'));
  await page.click('#draw');
  await drawn(page, 6);
  const all = pathsOf(await savedBy(page, 'save'));
  expect(all.slice(0, own.length)).toEqual(own);
  expect(all.length).toBeGreaterThan(own.length);
  const other = await app.open(new URL(page.url()).hash);
  await ready(other);
  expect(pathsOf(await savedBy(other, 'save'))).toEqual(all);
  await other.close();
  await page.click('#undo');
  expect(pathsOf(await savedBy(page, 'save'))).toEqual(all.slice(0, -1));
});

test('the keyboard draws too', async () => {
  await page.click('#clear');
  expect(await page.locator('#save').isDisabled()).toBe(true);
  await page.locator('#words button').last().focus();
  await page.keyboard.press('Tab');
  await page.locator('#paper:focus').waitFor();
  for (const key of ['Space', 'Shift+ArrowRight', 'ArrowUp', 'Space']) await page.keyboard.press(key);
  const [stroke, ...others] = pathsOf(await savedBy(page, 'save'));
  expect(others).toEqual([]);
  expect(stroke!.match(/C/g)).toHaveLength(2);
});

test('temperatures, the way between two words, and what attention looks at', async () => {
  await page.click('#clear');
  await page.locator('#words button', { hasText: 'sailboat' }).click();
  await drawn(page, 6);
  await page.locator('#head').selectOption('-1');
  await page.locator('#moment').fill('5');
  await page.locator('#looked', { hasText: /^It looks at the word with \d+ % of its attention/ }).waitFor();
  await page.locator('#head').selectOption('3');
  expect(new URL(page.url()).hash).toContain('head=3');
  await page.click('#compare');
  await page.locator('#temperatures li').nth(3).waitFor();
  const paths = await page.locator('#temperatures path').evaluateAll(all => all.map(path => path.getAttribute('d')));
  expect(new Set(paths).size).toBe(4);
  await page.fill('#to', 'house');
  await page.click('#mix');
  await page.locator('#between li').nth(6).waitFor();
  expect(await page.locator('#between span').allTextContents()).toContain('50 % sailboat, 50 % house');
});

test('one’s own drawings are kept, saved, trained on, and the trained model draws', async () => {
  for (const key of ['one', 'two']) {
    await page.click('#another');
    await page.locator('#play', { hasText: 'Replay' }).waitFor();
    await page.fill('#ownWord', key === 'one' ? 'yacht' : 'ship');
    await page.click('#keep');
  }
  await page.locator('#examples-count', { hasText: '2 drawings of your own.' }).waitFor();
  const lines = (await savedBy(page, 'export')).trim().split('\n');
  expect(lines.map(line => JSON.parse(line).word)).toEqual(['yacht', 'ship']);
  await page.setInputFiles('#import', {
    name: 'more.ndjson',
    mimeType: 'application/x-ndjson',
    buffer: Buffer.from(`${lines[0]}\n`),
  });
  await page.locator('#examples-count', { hasText: '3 drawings' }).waitFor();
  await page.setInputFiles('#import', { name: 'bad.ndjson', mimeType: '', buffer: Buffer.from('{"word":"cat"}') });
  await expectError(page, 'line 1 has the drawing undefined; it must be a list of strokes');
  await page.fill('#steps', '2');
  await page.click('#train');
  await page.locator('#own-status', { hasText: 'It has learned for 2 steps.' }).waitFor();
  expect(await page.locator('#own-answers svg').count()).toBe(4);
  await page.click('#use-trained');
  await page.locator('#facts', { hasText: 'The model of your files' }).waitFor();
  await ready(page);
});

test('every control has a help sentence, Tab reaches all of them, and nothing is hard to see', async () => {
  const controls = ':is(input, select, button[id]:not([role=tab]))';
  expect(await undescribedControls(page, controls)).toEqual([]);
  await page.locator('details').evaluateAll(all => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
  const wanted = await page.evaluate(selector => {
    const enabled = [...document.querySelectorAll<HTMLInputElement>(selector)];
    return enabled.filter(each => !each.disabled && each.checkVisibility()).map(({ id }) => id);
  }, controls);
  const reached = await reachedByTab(page, wanted.length + 30);
  expect([...wanted, 'paper', 'words'].filter(id => !reached.has(id))).toEqual([]);
  expect(await appearanceProblems(page)).toEqual([]);
});

test('the page asked no other server', () => {
  expect(app.foreignRequests).toEqual([]);
});

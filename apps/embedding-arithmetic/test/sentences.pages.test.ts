import { appearanceProblems, expectError, type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { exampleSentences } from '../src/sentence-examples.js';
import { settled, unfold } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('embedding-arithmetic');
  page = await app.open();
  await settled(page);
});
afterAll(() => app?.close());

const nearestTo = (sentence: string) =>
  page
    .locator('#sentences-answer', { hasText: `“${sentence}” is nearest` })
    .locator('strong')
    .textContent();

const found = (passage: string) => page.locator('#search-answer strong', { hasText: passage }).waitFor();

test('the model is loaded when asked for, and sentences are on a map with their neighbours', async () => {
  expect(await page.locator('#sentences-load').textContent()).toBe('Load the sentence model, 24.7 MB');
  expect(await page.locator('#sentence-map.sketch').count()).toBe(1);
  await page.click('#sentences-load');
  expect(await nearestTo(exampleSentences[0]!)).toBe('Stir the sauce over a low flame.');
  expect(await page.locator('#sentence-map:not(.sketch) g[data-sentence] > title').allTextContents()).toEqual(
    exampleSentences,
  );
  await page.selectOption('#chosen', 'The nurse bandaged his arm.');
  expect(await nearestTo('The nurse bandaged his arm.')).toBe('Her broken leg healed slowly.');
  expect(await page.locator('#sentence-neighbours button .figure').first().textContent()).toMatch(/^0\.4\d\d$/);
});

test('a sentence that is added gets its place on the map, and the address has it', async () => {
  await page.fill('#added', 'The keeper caught the ball.');
  await page.press('#added', 'Enter');
  expect(await nearestTo('The keeper caught the ball.')).toBe('The goalkeeper saved the penalty.');
  expect(await page.locator('#sentence-map g[data-sentence]').count()).toBe(17);
  expect(new URL(page.url()).hash).toContain('The+keeper+caught');
  await page.locator('#sentence-map g.near circle.around').first().dispatchEvent('click');
  await page.locator('#sentences-answer', { hasText: /^“The goalkeeper saved the penalty.” is nearest/ }).waitFor();
  await page.fill('#lines', 'One.\nTwo.');
  await expectError(page, 'There are 2 sentences; a map needs 3 or more, one on each line.');
  await page.click('#lines-reset');
  await page.locator('#sentences-error').waitFor({ state: 'hidden' });
});

test('a text is read once, and a question finds its passage without its words', async () => {
  await page.click('#read-text');
  await found('green curtains of light');
  expect(await page.locator('#searched .hit').count()).toBe(5);
  const chosen = page.locator('#searched .chosen');
  expect(await chosen.textContent()).toMatch(/^On clear nights in winter/);
  expect(await page.locator('#hits button').count()).toBe(5);
  await page.locator('#questions button', { hasText: 'a doctor for a sick child' }).press('Enter');
  await found('The nurse, Morag Linklater');
  expect(new URL(page.url()).hash).toContain('query=a+doctor');
  await page.locator('#hits button').nth(1).press('Enter');
  expect(await chosen.textContent()).toBe(await page.locator('#hits button .word').nth(1).textContent());
  expect(await appearanceProblems(page)).toEqual([]);
});

test('a text of the visitor is searched as well', async () => {
  await unfold(page, 'own-texts');
  const file = { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('The cat sleeps.\n\nRates rose.') };
  await page.setInputFiles('#text-file', file);
  await page.click('#read-text');
  await page.locator('#reading-said', { hasText: 'All 2 passages are read.' }).waitFor();
  await page.fill('#query', 'inflation');
  await page.press('#query', 'Enter');
  await found('Rates rose.');
});

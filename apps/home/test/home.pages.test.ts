import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  appearanceProblems,
  type OpenApp,
  openApp,
  type Page,
  root,
  undescribedControls,
} from '@residual/testkit/pages';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examples } from '../src/settings.js';

const tokenizer: Tokenizer = tokenizerFromJson(
  readFileSync(join(root, 'packages', 'model-stories', 'model', 'tokenizer.json'), 'utf8'),
);
const sentences = Object.values(examples);
let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('');
  page = await app.open('', { reducedMotion: 'no-preference' });
});

afterAll(() => app?.close());

/** The ids on the page. */
const shownIds = async (of: Page) => (await of.locator('#tokens small').allTextContents()).map(Number);
const waitForTokens = (of: Page, text: string) =>
  expect.poll(() => shownIds(of)).toEqual([...tokenizer.encode(text).ids]);

test('the first sentence writes itself, and falls apart into its tokens', async () => {
  await page.locator('#tokens.joined').waitFor();
  await page.locator('#count', { hasText: 'tokens' }).waitFor();
  expect(await page.locator('#text').inputValue()).toBe(sentences[0]);
  await waitForTokens(page, sentences[0]!);
  const { ids } = tokenizer.encode(sentences[0]!);
  expect(await page.locator('#count').textContent()).toBe(
    `${sentences[0]!.length} characters become ${ids.length} tokens, each a number.`,
  );
});

test('who types takes over; the text is shown as text and stands in the address', async () => {
  const text = '<img src=x onerror=alert(1)> a\u202e& 😀';
  await page.locator('#text').fill(text);
  await waitForTokens(page, text);
  expect(await page.locator('#pause').isVisible()).toBe(false);
  expect(new URLSearchParams(new URL(page.url()).hash.slice(1)).get('text')).toBe(text);
  await page.locator('#examples button', { hasText: 'a rare word' }).click();
  await waitForTokens(page, sentences[1]!);
});

test('a page that stands still shows the first sentence at once, and an address its own', async () => {
  const still = await app.open();
  await waitForTokens(still, sentences[0]!);
  expect(await still.locator('#pause').isVisible()).toBe(false);
  await still.evaluate(() => {
    location.hash = '#text=Hello';
  });
  await waitForTokens(still, 'Hello');
  expect(await undescribedControls(still, '#text, #pause')).toEqual([]);
  expect(await appearanceProblems(still)).toEqual([]);
  await still.close();
});

test('the numbers in the picture of tokens are those of the tokenizer', () => {
  const picture = readFileSync(join(root, 'apps', 'tokenizer', 'picture.svg'), 'utf8');
  const texts = [...picture.matchAll(/<text (class="number" )?[^>]*>([^<]*)</g)];
  const [numbers, pieces] = [true, false].map(isNumber =>
    texts.filter(([, number]) => (number !== undefined) === isNumber).map(([, , text]) => text!),
  ) as [string[], string[]];
  const { ids } = tokenizer.encode(` ${pieces.join('')}`);
  expect(numbers.map(Number)).toEqual([...ids]);
  expect(ids.map(id => tokenizer.decode([id]).trim())).toEqual(pieces);
});

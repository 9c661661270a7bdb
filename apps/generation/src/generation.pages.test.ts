import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadModel, type Model } from '@residual/model';
import { launchChrome, root, serve } from '@residual/testkit/pages';
import type { AxeResults } from 'axe-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patternOf, regards } from './attention-numbers.js';
import { preset } from './settings.js';

type Page = Awaited<ReturnType<Awaited<ReturnType<typeof launchChrome>>['newPage']>>;

let browser: Awaited<ReturnType<typeof launchChrome>>;
let server: Awaited<ReturnType<typeof serve>>;
let page: Page;
let model: Model;
const wrong: string[] = [];

const open = async (path: string, options: Parameters<typeof browser.newPage>[0] = {}) => {
  const opened = await browser.newPage(options);
  opened.on('pageerror', error => wrong.push(error.message));
  await opened.goto(`${server.address}generation/${path}`);
  return opened;
};
/** Waits until the story and what is computed after it stand there. */
const settled = (on: Page) => on.locator('#name-result', { hasText: 'comes next' }).waitFor({ timeout: 60_000 });
const written = (on: Page) => on.locator('#status', { hasText: 'ended by' }).waitFor({ timeout: 60_000 });
const newTokens = async (on: Page) =>
  (await on.locator('#story [role=option]:not(.given) small').allTextContents()).map(Number);

beforeAll(async () => {
  [browser, server] = await Promise.all([launchChrome(), serve()]);
  const files = [
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ];
  const folder = join(root, 'packages', 'model-stories', 'model');
  model = await loadModel(new Map(files.map(name => [name, new Uint8Array(readFileSync(join(folder, name)))])));
  page = await open('#backend=wasm');
  await settled(page);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.close();
  model?.dispose();
});

const sampled = { temperature: preset.temperature, topP: preset.topP, topK: 6000, top: 10 };

describe('the page of generation', () => {
  test('the preset stands there before the first click, as the model writes it', async () => {
    const { newTokens: expected } = await model
      .generate(preset.prompt, { ...sampled, seed: preset.seed, maxNewTokens: preset.maxNewTokens })
      .whole();
    expect(await newTokens(page)).toEqual(expected);
    expect(await page.locator('#status').textContent()).toMatch(
      /^48 tokens, [\d.]+ tokens per second; ended by: length$/,
    );
    expect(await page.locator('#facts').textContent()).toBe(
      'gpt2: 6 layers of 5 heads, 6000 tokens, 256 positions, on wasm',
    );
  });

  test('a token under the pointer shows the probabilities of its step', async () => {
    const steps = [];
    for await (const step of model.generate(preset.prompt, { ...sampled, seed: preset.seed, maxNewTokens: 4 }))
      steps.push(step);
    await page.locator('#story [role=option]:not(.given)').nth(3).hover();
    const { top } = steps[3]!;
    const row = page.locator('#bars tbody tr').first();
    await page.locator('#bars caption', { hasText: `(id ${steps[3]!.token})` }).waitFor();
    const shown = (probability: number) => `${(probability * 100).toFixed(1)}%`;
    expect(await row.locator('td').allTextContents()).toEqual([
      shown(Math.exp(top[0]!.logprob)),
      shown(top[0]!.probability),
    ]);
    await page.locator('#story [role=option]').first().hover();
    await page.locator('#bars caption', { hasText: 'was given' }).waitFor();
    expect(await page.locator('#bars tbody tr').count()).toBe(0);
  });

  test('the head that looks most at the adjectives is named, and a cell tells its weight', async () => {
    const ids = model.tokensOf('a fluffy blue creature');
    const texts = ids.map(id => model.tokenizer!.decode([id]));
    const { taps } = await model.forward(ids, { taps: ['decoder.layers.*.attention.weights'] });
    const pattern = patternOf(taps);
    const [best] = regards(pattern, texts, 'creature', ['fluffy', 'blue']);
    const [fluffy, blue] = best!.weights.map(weight => weight.toFixed(3));
    expect(await page.locator('#adjectives').textContent()).toBe(
      `From “creature” the head that looks most at its adjectives is layer ${best!.layer}, head ${best!.head}: ${fluffy} on “fluffy”, ${blue} on “blue”.`,
    );
    await page.locator('#layer').selectOption('2');
    await page.locator('#head').selectOption('3');
    const [query, key] = [ids.length - 1, 1];
    await page.locator(`#attention [data-query="${query}"][data-key="${key}"]`).hover();
    const weight = pattern[2]![3]![query * ids.length + key]!;
    const read = (await page.locator('#attention output').textContent())!;
    expect(read).toMatch(/^␣creature looks at /);
    expect(Number(read.split(': ')[1])).toBeCloseTo(weight, 3);
    expect(await page.locator(`#attention [data-query="0"][data-key="1"]`).count()).toBe(0);
  });

  test('a name at the start makes itself likelier at the end', async () => {
    const [, first, edited] = /probability ([\d.]+) after the first beginning and ([\d.]+) after/.exec(
      (await page.locator('#name-result').textContent())!,
    )!;
    expect(Number(first)).toBeGreaterThan(2 * Number(edited));
  });

  test('another seed writes another story, and the address brings it back', async () => {
    const before = await newTokens(page);
    await page.fill('#seed', '11');
    await page.fill('#maxNewTokens', '12');
    await page.click('#generate');
    await written(page);
    const after = await newTokens(page);
    expect(after).toHaveLength(12);
    expect(after).not.toEqual(before.slice(0, 12));
    expect(page.url()).toMatch(/#backend=wasm&seed=11&maxNewTokens=12$/);
    const shared = await open(new URL(page.url()).hash);
    await settled(shared);
    expect(await newTokens(shared)).toEqual(after);
    await shared.close();
  });

  test('stop ends the story where it is; greedy and sampled stand side by side', async () => {
    await page.fill('#maxNewTokens', '200');
    await page.click('#generate');
    await page.locator('#status', { hasText: 'tokens per second' }).waitFor();
    await page.locator('#stop').dispatchEvent('click');
    await written(page);
    expect(await page.locator('#status').textContent()).toContain('ended by: stopped');
    expect((await newTokens(page)).length).toBeLessThan(200);
    await page.fill('#maxNewTokens', '8');
    await page.click('#both');
    await page.locator('#status', { hasText: 'Both continuations' }).waitFor();
    const ids = async (id: string) => (await page.locator(`#${id} small`).allTextContents()).map(Number);
    const greedy = await model.generate(preset.prompt, { temperature: 0, maxNewTokens: 8 }).whole();
    const drawn = await model.generate(preset.prompt, { ...sampled, seed: 11, maxNewTokens: 8 }).whole();
    expect(await ids('greedy')).toEqual(greedy.tokens);
    expect(await ids('sampled')).toEqual(drawn.tokens);
  });

  test('a setting that does not fit is said, and so is a broken file; the model stays', async () => {
    await page.fill('#topP', '2');
    await page.locator('#controls').evaluate(form => form.dispatchEvent(new Event('submit', { cancelable: true })));
    await page.locator('#error', { hasText: 'topP' }).waitFor();
    await page.click('#reset');
    await written(page);
    expect(await page.locator('#error').isHidden()).toBe(true);
    const config = { name: 'config.json', mimeType: 'application/json', buffer: Buffer.from('{ "model_type": ') };
    await page.setInputFiles('#files', [config]);
    await page.locator('#error', { hasText: 'config.json of the 1 files given is not JSON' }).waitFor();
    const drop = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['{"model_type":"gpt2"}'], 'tokenizer.json'));
      return data;
    });
    await page.dispatchEvent('#files', 'drop', { dataTransfer: drop });
    await page.locator('#error', { hasText: 'the 1 files given has no config.json' }).waitFor();
    await page.fill('#maxNewTokens', '4');
    await page.click('#generate');
    await written(page);
    expect(await newTokens(page)).toHaveLength(4);
  });

  test('every control has a sentence, is reached by Tab, and axe finds nothing serious, in light and in dark', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() =>
        (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
      );
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`)).toEqual([]);
    }
    const unsaid = await page
      .locator('input, select, textarea, button')
      .evaluateAll(all =>
        all
          .filter(one => !document.getElementById(one.getAttribute('aria-describedby') ?? '')?.textContent)
          .map(one => one.id),
      );
    expect(unsaid).toEqual([]);
    const wanted = await page
      .locator(':is(input, select, textarea, button):not(:disabled), residual-tokens:has-text(""), residual-attention')
      .evaluateAll(all => all.map(one => one.id || one.textContent));
    const reached = new Set<string>();
    await page.locator('#prompt').focus();
    for (let i = 0; i < wanted.length + 12; i++) {
      reached.add(await page.evaluate(() => document.activeElement!.id || document.activeElement!.textContent!));
      await page.keyboard.press('Tab');
    }
    expect(wanted.filter(name => !reached.has(name!))).toEqual([]);
  });

  test('360 pixels are wide enough', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide).toBeLessThanOrEqual(360);
    await page.setViewportSize({ width: 1280, height: 900 });
  });

  test('nothing went wrong in the page meanwhile', () => {
    expect(wrong).toEqual([]);
  });
});

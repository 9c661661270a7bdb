import '@residual/backend-wasm';
import { patternOfTaps } from '@residual/appkit/attention-pattern';
import { loadModel, type Model } from '@residual/model';
import { expectError, type OpenApp, openApp, type Page, readCell } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rankHeads } from '../src/attention-numbers.js';
import { preset } from '../src/settings.js';
import { filesOf, newTokens, settled, written } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  model = await loadModel(filesOf('packages', 'model-stories', 'model'));
  app = await openApp('generation');
  page = await app.open('#backend=wasm');
  await settled(page);
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

const sampled = { temperature: preset.temperature, topP: preset.topP, topK: 6000, topLogprobs: 10 };
const percentText = (probability: number) => {
  const value = probability * 100;
  return value === 0 ? '0%' : value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
};
const softmax = (logits: readonly number[]) => {
  const weights = logits.map(logit => Math.exp(logit));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
};
const cellsOf = (row: number, id = 'bars') => page.locator(`#${id} tbody tr`).nth(row).locator('td').allTextContents();

describe('the page before the first click', () => {
  test('shows the story that the model writes, its speed and the model', async () => {
    const options = { ...sampled, seed: preset.seed, maxNewTokens: preset.maxNewTokens };
    const { newTokens: expected } = await model.generate(preset.prompt, options).result();
    expect(await newTokens(page)).toEqual(expected);
    const status = await page.locator('#status').textContent();
    expect(status).toMatch(/^48 tokens, [\d.]+ tokens per second; ended by: length$/);
    expect(await page.locator('#facts').textContent()).toBe(
      'The shipped storyteller: gpt2 with 6 layers of 5 heads, 6000 tokens, 256 positions, on wasm.',
    );
  });

  test('shows the greedy and the sampled story, and where they diverge', async () => {
    const { maxNewTokens, seed } = preset;
    const greedy = await model.generate(preset.prompt, { temperature: 0, maxNewTokens }).result();
    const drawn = await model.generate(preset.prompt, { ...sampled, seed, maxNewTokens }).result();
    expect(await newTokens(page, 'greedy')).toEqual(greedy.newTokens);
    expect(await newTokens(page, 'sampled')).toEqual(drawn.newTokens);
    const index = greedy.tokens.findIndex((id, i) => id !== drawn.tokens[i]);
    expect(await page.locator('#both-result').textContent()).toContain(
      `They differ from token ${index + 1} on: greedy takes`,
    );
    const [greedyRow] = await cellsOf(0, 'greedy-bars');
    expect([greedyRow, '100.0%']).toEqual(await cellsOf(0, 'greedy-bars')); // the likeliest is taken
  });

  test('shows that a name at the start makes this name likelier at the end', async () => {
    const probability = async (start: string) => {
      const ids = model.tokensOf(`${start} ${preset.end} ${preset.word}`);
      const { logits } = await model.forward(ids);
      const row = [...logits.data.slice((ids.length - 2) * model.vocab, (ids.length - 1) * model.vocab)];
      return softmax(row)[ids.at(-1)!]!;
    };
    const [first, edited] = [await probability(preset.start), await probability(preset.edited)];
    expect(await page.locator('#name-result').textContent()).toBe(
      `“Lily” comes next with probability ${first.toFixed(4)} after the beginning ` +
        `and ${edited.toFixed(4)} after the edited beginning: ${(first / edited).toFixed(1)} times less.`,
    );
    expect(first).toBeGreaterThan(10 * edited);
    expect(await cellsOf(0, 'name-bars')).toEqual([percentText(first), percentText(edited)]);
  });
});

describe('reading probabilities', () => {
  test('a token under the pointer shows the candidates of its step, before and after processing', async () => {
    const steps = [];
    for await (const step of model.generate(preset.prompt, { ...sampled, seed: preset.seed, maxNewTokens: 4 }))
      steps.push(step);
    await page.locator('#story [role=option]:not(.prompt)').nth(3).hover();
    await page.locator('#bars caption', { hasText: `(id ${steps[3]!.token})` }).waitFor();
    for (const [row, choice] of steps[3]!.topLogprobs.entries())
      expect(await cellsOf(row)).toEqual([percentText(Math.exp(choice.logprob)), percentText(choice.probability)]);
  });

  test('a token of the prompt shows what the model would have written there', async () => {
    const ids = model.tokensOf(preset.prompt);
    const index = 8; // " fluffy", which is not likely after "there was a"
    const { logits } = await model.forward(ids.slice(0, index));
    const row = [...logits.data.slice((index - 1) * model.vocab, index * model.vocab)];
    const before = softmax(row);
    const warm = softmax(row.map(logit => logit / preset.temperature));
    const order = [...warm.keys()].sort((a, b) => warm[b]! - warm[a]!);
    let sumBefore = 0;
    const nucleus = new Set(order.filter(id => (sumBefore += warm[id]!) - warm[id]! < preset.topP));
    const sum = [...nucleus].reduce((total, id) => total + warm[id]!, 0);
    const after = (id: number) => (nucleus.has(id) ? warm[id]! / sum : 0);
    await page.locator('#story [role=option]').nth(index).hover();
    await page.locator('#bars caption', { hasText: `token ${index + 1} of your text (id ${ids[index]})` }).waitFor();
    for (const at of [0, 1, 2])
      expect(await cellsOf(at)).toEqual([percentText(before[order[at]!]!), percentText(after(order[at]!))]);
    expect(await page.locator('#bars tr.chosen td').allTextContents()).toEqual([
      percentText(before[ids[index]!]!),
      percentText(after(ids[index]!)),
    ]);
    await page.locator('#story [role=option]').first().hover();
    await page.locator('#bars caption', { hasText: 'has nothing before it' }).waitFor();
    expect(await page.locator('#bars tbody tr').count()).toBe(0);
  });

  test('the title of a token names its characters of the text', async () => {
    const { offsets } = model.tokenizer!.encode(preset.prompt);
    const titles = await page.locator('#story .prompt').evaluateAll(all => all.map(one => (one as HTMLElement).title));
    expect(titles.map(title => /characters (.*)$/.exec(title)![1])).toEqual(
      offsets.map(([start, end]) => `${start} to ${end}`),
    );
    const [start] = offsets.at(-1)!.slice(1);
    const first = await page.locator('#story [role=option]:not(.prompt)').first().getAttribute('title');
    expect(first).toContain(`characters ${start} to ${start! + ' lived'.length}`);
  });
});

describe('reading attention', () => {
  const attentionOf = async (text: string) => {
    const ids = model.tokensOf(text);
    const { taps } = await model.forward(ids, { taps: ['decoder.layers.*.attention.weights'] });
    return { ids, pattern: patternOfTaps(taps) };
  };

  test('the head that looks most from the creature at its adjectives is named, and cells have weights', async () => {
    const { ids, pattern } = await attentionOf('a fluffy blue creature');
    const texts = ids.map(id => model.tokenizer!.decode([id]));
    const [best] = rankHeads(pattern, texts, 'creature', ['fluffy', 'blue']);
    const [fluffy, blue] = best!.weights.map(weight => weight.toFixed(3));
    expect(await page.locator('#adjectives').textContent()).toBe(
      `From “creature”, the head that looks most at these words is layer ${best!.layer}, head ${best!.head}: ` +
        `${fluffy} on “fluffy”, ${blue} on “blue”.`,
    );
    await page.locator('#layer').selectOption('2');
    await page.locator('#head').selectOption('3');
    const weight = pattern[2]![3]![(ids.length - 1) * ids.length + 1]!;
    expect(await readCell(page, 'attention', ids.length - 1, 1)).toBe(
      `·creature looks at ·fluffy: ${weight.toFixed(4)}`,
    );
    expect(page.url()).toContain('layer=2&head=3');
    await page.locator('#heads [aria-label="layer 5, head 1"]').click();
    expect(await page.locator('#head-title').textContent()).toBe('Layer 5, head 1');
    expect(Number((await readCell(page, 'attention', 3, 2)).split(': ')[1])).toBeCloseTo(
      pattern[5]![1]![3 * 4 + 2]!,
      4,
    );
  });

  test('the attention of the whole story is shown', async () => {
    await page.click('#take-story');
    const { tokens, text } = await model
      .generate(preset.prompt, { ...sampled, seed: preset.seed, maxNewTokens: preset.maxNewTokens })
      .result();
    await page
      .locator('#row [role=option]')
      .nth(tokens.length - 1)
      .waitFor();
    expect(await page.inputValue('#text')).toBe(preset.prompt + text);
    const { taps } = await model.forward(tokens, { taps: ['decoder.layers.5.attention.weights'] });
    const { data } = taps['decoder.layers.5.attention.weights']!;
    const weight = (query: number, key: number) => data[(1 * tokens.length + query) * tokens.length + key]!;
    for (const [query, key] of [
      [58, 3],
      [30, 30],
      [17, 0],
    ] as const)
      expect(Number((await readCell(page, 'attention', query, key)).split(': ')[1])).toBeCloseTo(weight(query, key), 3);
    const { labels, scrolls } = await page.locator('#attention').evaluate((element, count) => {
      const map = element as unknown as { rectOf(query: number, key: number): DOMRect };
      const box = element.shadowRoot!.querySelector('.map')!;
      const begin = map.rectOf(0, 0).left - box.querySelector('canvas')!.getBoundingClientRect().left;
      return { labels: begin > 40 && map.rectOf(0, 0).width >= 13, scrolls: box.scrollHeight > 13 * count };
    }, tokens.length);
    expect({ labels, scrolls }).toEqual({ labels: true, scrolls: true });
    // The arrow keys bring each cell into view and name its tokens.
    await page.locator('#attention .map').focus();
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowDown');
    const isVisible = () =>
      page.locator('#attention').evaluate((element, row) => {
        const cell = (element as unknown as { rectOf(query: number, key: number): DOMRect }).rectOf(row, 0);
        const { top, bottom } = element.shadowRoot!.querySelector('.map')!.getBoundingClientRect();
        return cell.top >= top && cell.bottom <= bottom;
      }, tokens.length - 1);
    expect(await page.locator('#attention output').textContent()).toMatch(/^·\S+ looks at Once: /);
    expect(await isVisible()).toBe(true);
    await page.click('#take-preset');
    await expect.poll(() => page.locator('#row [role=option]').count()).toBe(4);
    expect(await page.locator('#adjectives').textContent()).toContain('looks most at these words');
  });

  test('sentences report a missing word, an empty text and a text that is too long', async () => {
    const message = page.locator('#adjectives');
    const write = async (id: string, text: string) => {
      await page.fill(id, text);
      await page.locator(id).blur();
    };
    await write('#noun', 'elephant');
    await message.filter({ hasText: '“elephant” is not in the text' }).waitFor();
    await write('#noun', '');
    await message.filter({ hasText: 'Enter the word that looks' }).waitFor();
    await write('#text', '');
    await page.click('#attend');
    await message.filter({ hasText: 'There is no text.' }).waitFor();
    expect(await page.locator('#maps').isVisible()).toBe(false);
    const long = 'One day a fox came by. '.repeat(60);
    const count = model.tokensOf(long).length;
    await write('#text', long);
    await write('#noun', 'fox');
    await write('#words', 'day');
    await page.click('#attend');
    await page
      .locator('#left-out', {
        hasText: `The text has ${count} tokens. The first 256 are shown and ${count - 256} are left out`,
      })
      .waitFor();
    expect(await page.locator('#maps').isVisible()).toBe(true);
    await page.click('#take-preset');
    await message.filter({ hasText: 'From “creature”' }).waitFor();
    expect(await page.locator('#left-out').textContent()).toBe('');
  });

  test('the page says that both texts continue another beginning', async () => {
    const message = page.locator('#both-result');
    const before = (await message.textContent())!;
    expect(before).toMatch(/^They differ/);
    await page.fill('#prompt', 'The dragon');
    expect(await message.textContent()).toBe(
      `Both texts continue another beginning, “${preset.prompt}”. ${before} ` +
        'Press “Write both” to continue the new one.',
    );
    await page.fill('#prompt', preset.prompt);
    expect(await message.textContent()).toBe(before);
  });
});

describe('writing', () => {
  test('another seed writes another story, and its address writes the same one', async () => {
    const before = await newTokens(page);
    await page.fill('#seed', '11');
    await page.fill('#maxNewTokens', '12');
    await page.click('#generate');
    await written(page);
    const after = await newTokens(page);
    expect(after).toHaveLength(12);
    expect(after).not.toEqual(before.slice(0, 12));
    expect(page.url()).toMatch(/#seed=11&maxNewTokens=12&backend=wasm$/);
    const shared = await app.open(new URL(page.url()).hash);
    await settled(shared);
    expect(await newTokens(shared)).toEqual(after);
    await shared.close();
  });

  test('Stop ends the story, and Reset writes the first one again', async () => {
    await page.fill('#maxNewTokens', '200');
    await page.click('#generate');
    await page.locator('#speed', { hasText: 'tokens per second' }).waitFor();
    await page.locator('#stop').dispatchEvent('click');
    await written(page);
    expect(await page.locator('#status').textContent()).toContain('ended by: stopped');
    expect((await newTokens(page)).length).toBeLessThan(200);
    await page.click('#reset');
    await page.locator('#status', { hasText: 'ended by: length' }).waitFor();
    expect([await page.inputValue('#seed'), (await newTokens(page)).length]).toEqual(['7', 48]);
  });

  test('an edited name is computed while the visitor types', async () => {
    await page.fill('#edited', preset.start);
    await page.locator('#name-result', { hasText: 'the same' }).waitFor();
    await page.fill('#word', '');
    await expectError(page, 'the next word is empty');
    await page.fill('#word', 'Lily');
    await page.locator('#error').waitFor({ state: 'hidden' });
  });

  test('an invalid setting is an error, and fractions are valid', async () => {
    const form = page.locator('#controls');
    const fits = () => form.evaluate((form: HTMLFormElement) => form.checkValidity());
    await page.fill('#temperature', '0.73');
    await page.fill('#topP', '0.955');
    expect(await fits()).toBe(true);
    await page.fill('#topK', '');
    expect(await fits()).toBe(false);
    await page.fill('#topK', '0');
    await page.fill('#topP', '2');
    await form.evaluate(form => form.dispatchEvent(new Event('submit', { cancelable: true })));
    await expectError(page, '“Top-p” is 2');
    await page.click('#reset');
    await written(page);
    expect(await page.locator('#error').isHidden()).toBe(true);
  });

  test('tokens show their part of a character in the story, in the bars and in the map', async () => {
    const prompt = 'The \u{1f600} saw 猫.';
    await page.fill('#prompt', prompt);
    await page.fill('#maxNewTokens', '2');
    await page.click('#generate');
    await written(page);
    const texts = await page.locator('#story .prompt span').allTextContents();
    const smiles = texts.filter(text => text.startsWith('\u{1f600} '));
    expect(smiles.length).toBeGreaterThan(1);
    expect(smiles[0]).toBe(`\u{1f600} 1/${smiles.length}`);
    expect(texts.join('')).not.toMatch(/[\u00c0-\u02ff\ufffd]/); // as byte-level vocabularies write bytes
    const index = texts.indexOf(smiles[1]!);
    await page.locator('#story [role=option]').nth(index).hover();
    await page.locator('#bars caption', { hasText: `token ${index + 1} of your text` }).waitFor();
    expect(await page.locator('#bars tr.chosen th').textContent()).toBe(`\u{1f600}·2/${smiles.length} ◂`);
    await page.click('#take-story');
    await page.locator('#row [role=option]').nth(texts.length).waitFor();
    expect(await page.inputValue('#text')).toContain(prompt);
    expect(await readCell(page, 'attention', index, index)).toContain(
      `\u{1f600}·2/${smiles.length} looks at \u{1f600}·2/`,
    );
    await page.click('#reset');
    await page.locator('#status', { hasText: 'ended by: length' }).waitFor();
    await settled(page);
  });

  test('the pages had no problems and requested nothing from other servers', () => {
    expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
  });
});

import '@residual/backend-wasm';
import { patternOfTaps } from '@residual/appkit/attention-pattern';
import type { BarsElement, TokensElement } from '@residual/elements';
import { loadModel, type Model } from '@residual/model';
import { expectError, type OpenApp, openApp, type Page, readCell } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rankHeads } from '../src/attention/attention-numbers.js';
import { preset } from '../src/settings.js';
import { filesOf, newTokens, settled, written } from './open.js';

let app: OpenApp;
let page: Page;
let model: Model;

beforeAll(async () => {
  model = await loadModel(filesOf('packages', 'model-stories', 'model'));
  app = await openApp('generation');
  page = await app.open('#backend=wasm&pace=fast');
  await settled(page);
  await written(page);
});

afterAll(async () => {
  await app?.close();
  model?.dispose();
});

const { seed, maxNewTokens } = preset;
const sampled = { temperature: preset.temperature, topP: preset.topP, topK: 6000, topLogprobs: 10 };
/** The first story, computed in this process. */
const firstStory = () => model.generate(preset.prompt, { ...sampled, seed, maxNewTokens }).result();
const percentText = (probability: number) => {
  const value = probability * 100;
  return value === 0 ? '0%' : value < 0.01 ? '<0.01%' : `${value.toFixed(value < 1 ? 2 : 1)}%`;
};
const softmax = (logits: readonly number[]) => {
  const weights = logits.map(logit => Math.exp(logit));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map(weight => weight / sum);
};
/** log of the probability that the model gives each token of a text after the first. */
const logprobsOf = async (ids: readonly number[]) => {
  const { logits } = await model.forward(ids);
  return ids.slice(1).map((id, i) => {
    const row = [...logits.data.slice(i * model.vocab, (i + 1) * model.vocab)];
    return Math.log(softmax(row)[id]!);
  });
};
/** The steps in which a text is sampled as the page does it. */
const stepsOf = async (prompt: string | readonly number[], maxNewTokens: number) => {
  const steps = [];
  for await (const step of model.generate(prompt, { ...sampled, seed, maxNewTokens })) steps.push(step);
  return steps;
};
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const bars = () => page.locator('#bars').evaluate(element => [...(element as BarsElement).bars]);
const cellsOf = (row: number) => page.locator('#bars tbody tr:not(.cut)').nth(row).locator('td span').allTextContents();
const caption = (text: string) => page.locator('#bars caption', { hasText: text }).waitFor();
const option = (index: number) => page.locator('#story [role=option]').nth(index);

describe('the story', () => {
  test('is what the library writes, and a sentence says how surprising it is', async () => {
    const { newTokens: expected, logprob } = await firstStory();
    expect(await newTokens(page)).toEqual(expected);
    const bits = (-logprob / Math.LN2 / expected.length).toFixed(1);
    expect(await page.locator('#status').textContent()).toContain(
      `48 tokens are written, which is the length in the settings. On average a token holds ${bits} bits of surprise; `,
    );
    expect(await page.locator('#speed').textContent()).toMatch(/^[\d.]+ ms of computing for each token$/);
  });

  test('is tinted by its surprise, the beginning too', async () => {
    const { tokens } = await firstStory();
    const logprobs = await logprobsOf(tokens);
    const shades = await page
      .locator('#story [role=option]')
      .evaluateAll(all => all.map(one => Number.parseFloat((one as HTMLElement).style.getPropertyValue('--shade'))));
    const expected = logprobs.map(logprob => Math.min(1, -logprob / Math.LN2 / 10) * 45);
    expect(shades).toHaveLength(tokens.length);
    for (const [i, shade] of expected.entries()) expect(shades[i + 1]).toBeCloseTo(shade, 0);
    expect(await option(9).getAttribute('title')).toContain(`: ${(-logprobs[8]! / Math.LN2).toFixed(1)} bits`);
  });

  test('the title of a token names its characters of the text', async () => {
    const { offsets } = model.tokenizer!.encode(preset.prompt);
    const titles = await page.locator('#story .prompt').evaluateAll(all => all.map(one => (one as HTMLElement).title));
    expect(titles.map(title => /characters (.*?)(:|$)/.exec(title)![1])).toEqual(
      offsets.map(([start, end]) => `${start} to ${end}`),
    );
    const [start] = offsets.at(-1)!.slice(1);
    expect(await option(offsets.length).getAttribute('title')).toContain(
      `characters ${start} to ${start! + ' lived'.length}`,
    );
  });
});

describe('the choices', () => {
  test('a written token shows the candidates of its step, before and after the filters, with the cut', async () => {
    const steps = [];
    for await (const step of model.generate(preset.prompt, { ...sampled, seed, maxNewTokens: 6, topLogprobs: 6000 }))
      steps.push(step);
    const { token, topLogprobs } = steps[5]!;
    const index = model.tokensOf(preset.prompt).length + 5;
    await option(index).hover();
    await caption(`Instead of token ${index + 1},`);
    for (const [row, choice] of topLogprobs.slice(0, 10).entries())
      expect(await cellsOf(row)).toEqual([percentText(Math.exp(choice.logprob)), percentText(choice.probability)]);
    expect((await bars()).find(({ chosen }) => chosen)!.id).toBe(token);
    const left = topLogprobs.filter(({ probability }) => probability > 0).length;
    const rows = await page.locator('#bars tbody tr').allTextContents();
    const cut = rows.findIndex(text => text.startsWith('top-p 0.95: '));
    expect(rows[cut]).toBe(
      `top-p 0.95: ${left} tokens are left, the other ${(6000 - left).toLocaleString('en')} are cut off.`,
    );
    expect(cut).toBe(Math.min(left, 10));
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
    const total = sum([...nucleus].map(id => warm[id]!));
    const after = (id: number) => (nucleus.has(id) ? warm[id]! / total : 0);
    await option(index).hover();
    await caption(`token ${index + 1}, “fluffy” in your beginning`);
    for (const at of [0, 1, 2])
      expect(await cellsOf(at)).toEqual([percentText(before[order[at]!]!), percentText(after(order[at]!))]);
    expect(await page.locator('#bars tr.chosen td span').allTextContents()).toEqual([
      percentText(before[ids[index]!]!),
      percentText(after(ids[index]!)),
    ]);
    await option(0).hover();
    await caption('Nothing comes before the first token');
    expect(await bars()).toEqual([]);
  });

  test('another temperature changes the right column at once, but neither the story nor its address', async () => {
    const before = { tokens: await newTokens(page), url: page.url() };
    const index = 20;
    await option(index).hover();
    await caption(`token ${index + 1},`);
    const ids = (await firstStory()).tokens.slice(0, index);
    const options = { ...sampled, temperature: 1.5, seed, maxNewTokens: 1 };
    let expected: (readonly [number, number])[] = [];
    for await (const { topLogprobs } of model.generate(ids, options))
      expected = topLogprobs.map(({ token, probability }) => [token, probability]);
    await page.click('#decoding summary');
    await page.fill('#temperature', '1.5');
    await page.locator('#bars thead', { hasText: 'would be after temperature 1.5, top-p 0.95' }).waitFor();
    const shown = await bars();
    for (const [i, [id, probability]] of expected.entries())
      expect([shown[i]!.id, shown[i]!.after]).toEqual([id, expect.closeTo(probability, 4)]);
    expect(await page.locator('#decoding .set').textContent()).toContain('temperature 1.5');
    expect({ tokens: await newTokens(page), url: page.url() }).toEqual(before);
    await page.fill('#temperature', '0.8');
    await page.locator('#bars thead', { hasText: 'after temperature 0.8' }).waitFor();
  });
});

describe('branches', () => {
  test('a click on another token writes it; both texts are compared, and the link restores them', async () => {
    const { tokens } = await firstStory();
    const index = 17;
    await option(index).hover();
    await caption(`token ${index + 1},`);
    const other = (await bars()).findIndex(({ chosen }) => !chosen);
    const { id } = (await bars())[other]!;
    await page.locator('#bars button').nth(other).click();
    await page.locator('#tree [role=option]').nth(1).waitFor();
    await written(page);
    const begin = [...tokens.slice(0, index), id];
    const options = { ...sampled, seed, maxNewTokens: tokens.length - begin.length };
    const branch = await model.generate(begin, options).result();
    const shown = await newTokens(page);
    expect(shown).toEqual(branch.tokens.slice(tokens.length - maxNewTokens));
    await expect.poll(() => page.url()).toContain(`forks=0_${index}_${id}&branch=1&against=0`);
    const stepBefore = (await stepsOf(preset.prompt, maxNewTokens))[index - (tokens.length - maxNewTokens)]!;
    const replaced = stepBefore.topLogprobs.find(({ token }) => token === id)!;
    const after = await stepsOf(begin, options.maxNewTokens);
    const logprobs = [replaced, ...after].map(({ logprob }) => logprob);
    const figures = page.locator('#compared-one + dl dd');
    expect(await figures.allTextContents()).toEqual([
      String(logprobs.length),
      sum(logprobs).toFixed(2).replace('-', '−'),
      `${(-sum(logprobs) / Math.LN2 / logprobs.length).toFixed(2)} bits`,
      Math.exp(-sum(logprobs) / logprobs.length).toFixed(2),
    ]);
    expect(await page.locator('#compared-result').textContent()).toContain(`They part at token ${index + 1}: branch 1`);

    const shared = await app.open(new URL(page.url()).hash);
    await settled(shared);
    expect(await newTokens(shared)).toEqual(shown);
    expect(await shared.locator('#tree [role=option]').allTextContents()).toEqual(
      await page.locator('#tree [role=option]').allTextContents(),
    );
    expect(await shared.locator('#compared-result').textContent()).toBe(
      await page.locator('#compared-result').textContent(),
    );
    await shared.close();
  });

  test('the token of the first story leads back to it, and a removed branch leaves the address', async () => {
    await option(17).hover();
    await caption('token 18,');
    const { newTokens: first, tokens } = await firstStory();
    const back = (await bars()).findIndex(({ id }) => id === tokens[17]);
    await page.locator('#bars button').nth(back).click();
    await expect.poll(() => newTokens(page)).toEqual(first);
    await expect.poll(() => page.url()).not.toContain('branch=1');
    await page.locator('#tree [role=option]').nth(1).click();
    await expect.poll(() => newTokens(page)).not.toEqual(first);
    await page.click('#remove');
    await expect.poll(() => newTokens(page)).toEqual(first);
    expect(await page.locator('#branching').isHidden()).toBe(true);
    await expect.poll(() => page.url()).not.toContain('forks');
  });
});

describe('writing', () => {
  test('at its pace: Pause waits, Step writes exactly one token, and Continue the rest of the same story', async () => {
    await page.selectOption('#pace', 'slow');
    await page.click('#own');
    await page.fill('#prompt', 'The cat');
    await page.press('#prompt', 'Enter');
    await page.locator('#story[data-state=writing]').waitFor();
    await page.click('#play');
    await page.locator('#story[data-state=paused]').waitFor();
    const count = async () => (await newTokens(page)).length;
    await expect.poll(async () => (await page.locator('#status').textContent())!).toMatch(/written (so far|yet)/);
    const before = await count();
    await page.click('#step');
    await expect.poll(count).toBeGreaterThan(before);
    const after = await count();
    expect(after - before).toBeLessThanOrEqual(2); // a token that was about to be written, and the step
    await page.click('#step');
    await expect.poll(count).toBe(after + 1);
    expect(await page.locator('#status').textContent()).toContain(`${after + 1} tokens are written so far.`);
    await page.selectOption('#pace', 'fast');
    await page.click('#play');
    await written(page);
    const { newTokens: expected } = await model.generate('The cat', { ...sampled, seed, maxNewTokens }).result();
    expect(await newTokens(page)).toEqual(expected);
  });

  test('another story has the next seed, and its address writes the same one', async () => {
    await page.fill('#maxNewTokens', '12');
    await page.click('#another');
    await written(page);
    const after = await newTokens(page);
    const { newTokens: expected } = await model
      .generate('The cat', { ...sampled, seed: seed + 1, maxNewTokens: 12 })
      .result();
    expect(after).toEqual(expected);
    await expect.poll(() => page.url()).toMatch(/#prompt=The\+cat&seed=8&maxNewTokens=12&pace=fast&backend=wasm$/);
  });

  test('of ten beginnings in a row the last one is written', async () => {
    for (let i = 0; i < 10; i++)
      await page
        .locator('#beginnings button')
        .nth(i % 2)
        .dispatchEvent('click');
    await page.locator('#story .prompt', { hasText: 'Lily' }).waitFor();
    await written(page);
    expect(await page.locator('#story').evaluate(element => element.shadowRoot!.textContent)).toContain('Lily found');
    expect(await newTokens(page)).toHaveLength(12);
    await page.click('#reset');
    await written(page);
    expect([await page.inputValue('#seed'), (await newTokens(page)).length]).toEqual(['7', 48]);
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
    await page.fill('#maxNewTokens', '2');
    await page.click('#own');
    await page.fill('#prompt', prompt);
    await page.press('#prompt', 'Enter');
    await page.locator('#story .prompt', { hasText: 'saw' }).waitFor();
    await written(page);
    const texts = await page.locator('#story .prompt span').allTextContents();
    const smiles = texts.filter(text => text.startsWith('\u{1f600} '));
    expect(smiles.length).toBeGreaterThan(1);
    expect(smiles[0]).toBe(`\u{1f600} 1/${smiles.length}`);
    expect(texts.join('')).not.toMatch(/[\u00c0-\u02ff\ufffd]/); // as byte-level vocabularies write bytes
    const index = texts.indexOf(smiles[1]!);
    await option(index).hover();
    await caption(`Instead of token ${index + 1},`);
    expect(await page.locator('#bars tr.chosen button').textContent()).toBe(`\u{1f600}·2/${smiles.length} ◂`);
    await page.click('#take-story');
    await page.locator('#row [role=option]').nth(texts.length).waitFor();
    expect(await page.inputValue('#text')).toContain(prompt);
    expect(await readCell(page, 'attention', index, index)).toContain(
      `\u{1f600}·2/${smiles.length} looks at \u{1f600}·2/`,
    );
    await page.click('#reset');
    await written(page);
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
    await page.click('#attention-settings summary');
    await page.locator('#layer-choice').selectOption('2');
    await page.locator('#head-choice').selectOption('3');
    const weight = pattern[2]![3]![(ids.length - 1) * ids.length + 1]!;
    expect(await readCell(page, 'attention', ids.length - 1, 1)).toBe(
      `·creature looks at ·fluffy: ${weight.toFixed(4)}`,
    );
    await expect.poll(() => page.url()).toContain('layer=2&head=3');
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
});

describe('chapters', () => {
  test('greedy beside sampled: both are what the library writes', async () => {
    await page.click('#tab-ways');
    await page.locator('#ways-result', { hasText: 'They part at token' }).waitFor();
    const greedy = await model.generate(preset.prompt, { temperature: 0, maxNewTokens }).result();
    const drawn = await firstStory();
    const tail = (ids: readonly number[], from: number) => ids.slice(from);
    const at = greedy.tokens.findIndex((id, i) => id !== drawn.tokens[i]);
    const shown = (id: string) =>
      page.locator(id).evaluate(element => (element as TokensElement).tokens.map(({ id: token }) => token));
    expect(await shown('#ways-one')).toEqual(tail(greedy.tokens, at - 8));
    expect(await shown('#ways-other')).toEqual(tail(drawn.tokens, at - 8));
    expect(await page.locator('#ways-result').textContent()).toContain(`at token ${at + 1}: greedy goes on with`);
    await page.click('#other-luck');
    const other = await model.generate(preset.prompt, { ...sampled, seed: seed + 1, maxNewTokens }).result();
    await expect.poll(() => shown('#ways-other')).toEqual(expect.arrayContaining(other.newTokens.slice(-5)));
    await expect.poll(() => page.url()).toContain('chapter=ways');
  });

  test('each name at the start makes itself likely at the end', async () => {
    await page.click('#tab-name');
    await page.locator('#potter', { hasText: 'It has copied him' }).waitFor();
    const probability = async (told: string, name: string) => {
      const text = `${preset.start.replace('NAME', told)} ${preset.end}`;
      const [before, whole] = [model.tokensOf(text), model.tokensOf(`${text} ${name}`)];
      return Math.exp(sum((await logprobsOf(whole)).slice(before.length - 1)));
    };
    const cell = (row: number, column: number) =>
      page.locator('#names-table tbody tr').nth(row).locator('button').nth(column);
    const [own, other] = [await probability('Lily', 'Lily'), await probability('Sue', 'Lily')];
    expect(own).toBeGreaterThan(100 * other);
    expect(await cell(0, 0).textContent()).toBe(percentText(own));
    expect(await cell(4, 4).textContent()).toBe(percentText(await probability('Harry', 'Harry'))); // two tokens
    await cell(1, 0).click();
    expect(await page.locator('#name-result').textContent()).toBe(
      `If the story begins with “Sue”, the model expects “Lily” at its end with ${percentText(other)}, ` +
        `${Number((own / other).toPrecision(2))} times less than the ${percentText(own)} after a beginning with ` +
        '“Lily”.',
    );
    await page.locator('#name-story [role=option]', { hasText: 'Sue' }).waitFor();
    expect(await page.locator('#name-story [role=option]').last().getAttribute('title')).toContain(
      `“Lily” here: ${percentText(other)}`,
    );
    await page.click('#name-settings summary');
    await page.fill('#start', 'There was a child.');
    await page.click('#compare');
    await expectError(page, 'the beginning lacks NAME');
  });

  test('the model says what it is', async () => {
    await page.click('#tab-model');
    expect(await page.locator('#facts').textContent()).toBe(
      'The storyteller of this page: gpt2 with 6 layers of 5 heads, 6000 tokens, 256 positions, on wasm. ' +
        `Its weights take ${(model.describe().bytes / 1e6).toFixed(1)} MB of memory, 8.8 bits each.`,
    );
  });

  test('the forms of its weights are compared: bytes, and what the library expects next', async () => {
    await page.click('#compare-forms');
    const rows = page.locator('#forms tbody tr');
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(4);
    const cells = (await rows.nth(3).locator('td').allTextContents()).slice(2);
    const packed = await loadModel(filesOf('packages', 'model-stories', 'model'), { weights: 'int4' });
    const likeliest = async (each: Model) => {
      const options = { temperature: 0, maxNewTokens: 1, topLogprobs: 64 };
      for await (const { topLogprobs } of each.generate(await page.inputValue('#prompt'), options)) return topLogprobs;
      throw new Error('there is no step');
    };
    const after = new Map((await likeliest(packed)).map(({ token, logprob }) => [token, logprob]));
    const expected = (await likeliest(model))
      .slice(0, 4)
      .map(({ token }) => `${(100 * Math.exp(after.get(token)!)).toFixed(1)} %`);
    expect(cells).toEqual(expected);
    expect(await rows.nth(3).locator('td').first().textContent()).toBe((packed.describe().bytes / 1e6).toFixed(1));
    packed.dispose();
    expect(await page.locator('#forms-result').textContent()).toContain('in 8 bits it writes the same 24 tokens');
    await page.click('#tab-attention');
  });

  test('a link whose branches cannot be read or do not fit says so, and tells the story without them', async () => {
    const broken = await app.open('#backend=wasm&pace=fast&maxNewTokens=2&forks=%3Cb%3E&branch=3&layer=4&head=77');
    await settled(broken);
    expect(await broken.locator('#layer-choice').inputValue()).toBe('4');
    expect(await broken.locator('#head-choice').inputValue()).toBe('-1'); // the model has five
    expect(await broken.locator('#head-title').textContent()).toContain('Layer 4, head');
    await written(broken);
    expect(await broken.locator('#notice').textContent()).toContain('The branches of this link cannot be read');
    expect(await newTokens(broken)).toHaveLength(2);
    await broken.evaluate(() => {
      location.hash = 'backend=wasm&pace=fast&maxNewTokens=2&forks=0_9_999999';
    });
    await expectError(broken, 'do not fit its story');
    await broken.close();
  });
});

test('the pages had no problems and requested nothing from other servers', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});

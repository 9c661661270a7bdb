import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadModel, type Model } from '@residual/model';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { expectError, type OpenApp, type Page, readCell, root } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spareHead, vitalHead } from '../src/head-effects.js';
import { preset } from '../src/settings.js';
import { fixtureOf, openChapter, openTranslation, translate, translated } from './open.js';

interface Golden {
  readonly examples: readonly {
    readonly en: string;
    readonly input_ids: readonly number[];
    readonly greedy: { readonly text: string };
    readonly beam4: { readonly text: string; readonly score: number };
  }[];
}

const { examples } = fixtureOf<Golden>('golden.json');
const risk = examples[0]!;
let app: OpenApp;
let page: Page;
/** The model of the page, in this process. */
let model: Model;

beforeAll(async () => {
  model = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
  app = await openTranslation();
  page = await app.open('#backend=wasm');
  await translated(page);
  await page.locator('details').evaluateAll(all => {
    for (const each of all) (each as HTMLDetailsElement).open = true;
  });
});

afterAll(async () => {
  model?.dispose();
  await app?.close();
});

const change = async (act: () => Promise<unknown>) => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await act();
  await translated(page);
};
const wordsOf = (side: string) => page.locator(`#ribbons .${side} [role=option] span`).allTextContents();

describe('translating', () => {
  test('the page shows a translation before the first click', async () => {
    const [best] = await model.beamSearch(preset.text, { numBeams: 4 }).result();
    expect(await page.locator('#french').textContent()).toBe(best!.text);
    expect((await wordsOf('target')).join(' ')).toBe(best!.text.replace('.', ' .'));
    expect(await page.locator('#shows').textContent()).toContain('two ribbons cross');
  });

  test('a word has its alternatives as the model reports them, and the translations that lost there', async () => {
    const { text } = preset;
    const results = await model.beamSearch(text, { numBeams: 4, numReturnSequences: 4 }).result();
    const { predictions } = await model.forward(
      { source: text, target: results[0]!.newTokens.slice(0, -1) },
      { topLogprobs: 5 },
    );
    const words = await wordsOf('target');
    await page.locator('#ribbons .target [role=option]').nth(words.indexOf('boit')).hover();
    expect(await page.locator('#word-title').textContent()).toMatch(/“boit” The model gave this word \d+ %\.$/);
    const shown = await page
      .locator('#considered li')
      .evaluateAll(all =>
        all.map(each => [each.children[0]!.textContent!, Number.parseFloat(each.children[2]!.textContent!)] as const),
      );
    const likely = predictions![words.indexOf('boit')]!.topLogprobs;
    expect(shown.map(([token]) => token)).toEqual(
      likely.map(({ token }) => model.tokenizer!.idToToken(token)!.replace('▁', '')),
    );
    for (const [i, [, share]] of shown.entries()) expect(share).toBeCloseTo(100 * likely[i]!.probability, 0);
    const lost = await page.locator('#lost li').allTextContents();
    expect(lost.length).toBeGreaterThan(0);
    const first = results.slice(1).find(each => !/\bboit\b/.test(each.text))!;
    expect(lost[0]).toBe(`${first.text}score −${(-first.score).toFixed(3)}`);
    expect(await page.locator('#lost mark').first().textContent()).not.toBe('');
  });

  test('typed golden sentences have the golden translations, with beams and greedy', async () => {
    const differing = examples.filter(({ greedy, beam4 }) => greedy.text !== beam4.text).slice(0, 3);
    for (const { en, beam4 } of [risk, ...differing]) expect(await translate(page, en)).toBe(beam4.text);
    await change(() => page.locator('#mode').selectOption('greedy'));
    for (const { en, greedy } of [risk, ...differing]) expect(await translate(page, en)).toBe(greedy.text);
    expect(page.url()).toContain('mode=greedy');
  });

  test('the translation appears token by token, and Stop ends it', async () => {
    await page.locator('#french').evaluate(place => {
      const texts: string[] = [];
      Object.assign(globalThis, { texts });
      new MutationObserver(() => texts.push(place.textContent!)).observe(place, { childList: true, subtree: true });
    });
    const whole = await translate(page, risk.en);
    const texts = [...new Set(await page.evaluate(() => (globalThis as unknown as { texts: string[] }).texts))].filter(
      text => text !== '',
    );
    expect(texts.length).toBeGreaterThan(4); // several tokens, one after the other
    for (const text of texts) expect(whole.startsWith(text)).toBe(true);
    await page.fill('#text', Array(30).fill(risk.en).join(' '));
    await page.locator('#stop:not(:disabled)').waitFor();
    await page.locator('#french .segment').nth(1).waitFor();
    await page.locator('#stop').dispatchEvent('click');
    await page.locator('#status', { hasText: 'Stopped' }).waitFor();
    expect(await page.locator('#french .segment').count()).toBeLessThan(30);
  });

  test('a paragraph keeps its line breaks, and each of its sentences can be selected', async () => {
    const [first, second, third] = [examples[8]!, examples[13]!, examples[4]!];
    const french = await translate(page, `${first.en} ${second.en}\n\n${third.en}`);
    expect(french).toBe(`${first.greedy.text} ${second.greedy.text}\n\n${third.greedy.text}`);
    expect((await wordsOf('source')).join(' ')).toBe('She went with him to Boston .');
    await page.locator('#french .segment').nth(2).click();
    await page.locator('#french .segment.chosen', { hasText: third.greedy.text }).waitFor();
    expect((await wordsOf('target')).join(' ')).toBe("C'est cher .");
    expect(await page.locator('#mirror mark').textContent()).toBe(third.en);
    await page.locator('#text').evaluate((text: HTMLTextAreaElement, at) => {
      text.setSelectionRange(at, at);
      text.click();
    }, first.en.length + 5);
    await page.locator('#french .segment.chosen', { hasText: second.greedy.text }).waitFor();
    expect((await wordsOf('target')).join(' ')).toBe('Il refusa de payer .');
  });

  test('an empty line stays an empty line, and an empty text has no translation', async () => {
    expect(await translate(page, '\n')).toBe('\n');
    expect(await translate(page, '')).toBe('');
    expect(await page.locator('#status').textContent()).toBe('Nothing to translate');
    expect(await page.locator('#ribbons').isVisible()).toBe(false);
    await page.locator('#text').blur();
    expect(await page.locator('#text').evaluate(text => getComputedStyle(text).opacity)).toBe('1');
    expect(await translate(page, risk.en)).toBe(risk.greedy.text);
    expect(await page.locator('#ribbons').isVisible()).toBe(true);
  });

  test('a click on an English word puts the caret behind it, and the last of ten quick changes is shown', async () => {
    await page.locator('#text').blur(); // the words stand there again
    await page.locator('#ribbons .source [role=option] span', { hasText: 'risk' }).click();
    await page.keyboard.type('s');
    expect(await page.inputValue('#text')).toBe(risk.en.replace('risk', 'risks'));
    for (const { en } of examples.slice(1, 10)) await page.fill('#text', en);
    await page.fill('#text', risk.en);
    await expect.poll(() => page.locator('#french').textContent()).toBe(risk.greedy.text);
    await translated(page);
    expect((await wordsOf('target')).join('')).toBe(risk.greedy.text.replaceAll(' ', ''));
  });
});

describe('cross-attention', () => {
  test('cells have the weights of the reference, for layers, heads and their average', async () => {
    const file = readFileSync(join(root, 'fixtures', 'models', 'en-fr', 'golden.safetensors'));
    const golden = await openSafetensors(bytesSource(new Uint8Array(file)));
    for (const [layer, head, query, key] of [
      [0, 3, 2, 2],
      [1, 2, 1, 4],
      [3, 1, 3, 9],
    ] as const) {
      const { data, shape } = await golden.readFloat32(`cross_attentions.${layer}`);
      const [, , queryLen, keyLen] = shape as [number, number, number, number];
      const at = (each: number) => data[(each * queryLen + query) * keyLen + key]!;
      const read = async () => Number((await readCell(page, 'cross', query, key)).split(': ')[1]);
      await page.locator('#layer').selectOption(`${layer}`);
      await page.locator('#head').selectOption(`${head}`);
      expect(await read()).toBeCloseTo(at(head), 4);
      await page.locator('#head').selectOption('-1');
      expect(await read()).toBeCloseTo((at(0) + at(1) + at(2) + at(3)) / 4, 4);
    }
    await page.locator('#heads [aria-label="layer 2, head 0"]').click();
    expect(await page.locator('#map-title').textContent()).toBe('Layer 2, head 0');
    await page.waitForURL(/head=0/); // the driver sees the new address later
  });

  test('a French word under the pointer highlights its English source, with the weights', async () => {
    await page.locator('#layer').selectOption('2');
    await page.locator('#head').selectOption('-1');
    const target = (await wordsOf('target')).indexOf('prendre');
    await page.locator('#ribbons .target [role=option]').nth(target).hover();
    const sentence = (await page.locator('#ribbons output').textContent())!;
    const [, word, weight] = /^“prendre” looked at “(.+?)” ([\d.]+)/.exec(sentence)!;
    expect(word).toBe('take');
    expect(Number(weight)).toBeGreaterThan(0.5);
    const source = page.locator('#ribbons .source [role=option]').nth((await wordsOf('source')).indexOf('take'));
    expect(await source.locator('small').textContent()).toBe(Number(weight).toFixed(2).replace(/^0/, ''));
  });

  test('without one head the sentence breaks, without another it stays, and what is off is hatched', async () => {
    const [whole, vital] = [
      "L'avion avait déjà décollé quand je suis arrivé à l'aéroport.",
      "L'avion avait déjà pris quand je suis arrivé à l'aéroport.",
    ];
    await change(() => page.locator('#mode').selectOption('beams'));
    await change(() => page.click('#vital'));
    expect(await page.inputValue('#text')).toBe(vitalHead.text);
    await page.waitForURL(/off=3\.0/);
    const rows = page.locator('#ablation dd');
    expect(await rows.allTextContents()).toEqual([whole, vital]);
    expect(await page.locator('#ablation mark').allTextContents()).toEqual(['pris ']);
    expect(await page.locator('#french').textContent()).toBe(vital);
    expect(await page.locator('#cross').getAttribute('off')).toBe('');
    expect(await page.locator('#heads .off').count()).toBe(1);
    const source = model.tokensOf(vitalHead.text);
    const target = (await model.beamSearch(source, { numBeams: 4 }).result())[0]!.newTokens;
    const ablate = [{ tap: 'decoder.layers.3.crossAttention.weights', heads: [0] }];
    const logprob = async (options: object) => {
      const { predictions } = await model.forward({ source, target }, { topLogprobs: 1, ...options });
      return predictions!.reduce((sum, each) => sum + (each.logprob ?? 0), 0);
    };
    const share = Math.round(100 * Math.exp((await logprob({ ablate })) - (await logprob({}))));
    expect(await page.locator('#ablation .note').textContent()).toContain(`keeps ${share} % of its probability.`);
    await change(() => page.click('#spare'));
    expect(await page.inputValue('#text')).toBe(spareHead.text);
    expect(await rows.allTextContents()).toEqual([whole, whole]);
    expect(await page.locator('#ablation mark').count()).toBe(0);
    await change(() => page.click('#switch'));
    await page.waitForURL(({ hash }) => !hash.includes('off='));
    expect(await page.locator('#ablation').textContent()).toBe('');
    expect(await page.locator('#heads .off').count()).toBe(0);
    await change(() => page.locator('#mode').selectOption('greedy'));
    await translate(page, risk.en);
  });
});

test('buttons step through the layers of the encoder, whose rows sum to 1 and are those of the model', async () => {
  await openChapter(page, 'encoder');
  expect(await page.locator('#encoder-map-title').textContent()).toBe('Layer 0, head 0');
  await page.click('#encoder-after');
  await page.click('#encoder-after');
  expect(await page.locator('#encoder-map-title').textContent()).toBe('Layer 2, head 0');
  await page.waitForURL(/encoderLayer=2/); // the driver sees the new address later
  const path = 'encoder.layers.2.attention.weights';
  const { taps } = await model.forward({ source: risk.en, target: [] }, { taps: [path] });
  let sum = 0;
  for (let key = 0; key < 10; key++) {
    const weight = Number((await readCell(page, 'encoder', 3, key)).split(': ')[1]);
    expect(weight).toBeCloseTo(taps[path]!.data[3 * taps[path]!.shape[2]! + key]!, 3);
    sum += weight;
  }
  expect(sum).toBeCloseTo(1, 2);
  await page.locator('#encoder-heads [aria-label="layer 3, head 1"]').click();
  await expect.poll(() => page.locator('#encoder-after').isDisabled()).toBe(true);
});

test('the decoder looks at what it has written, and the address holds chapter and head', async () => {
  await openChapter(page, 'decoder');
  await page.locator('#decoder-heads [aria-label="layer 1, head 2"]').click();
  await page.waitForURL(/chapter=decoder.*decoderLayer=1&decoderHead=2/);
  const target = (await model.generate(risk.en, { temperature: 0 }).result()).newTokens.slice(0, -1);
  const path = 'decoder.layers.1.attention.weights';
  const { taps } = await model.forward({ source: risk.en, target }, { taps: [path] });
  const { data, shape } = taps[path]!;
  const read = await readCell(page, 'decoder', 4, 2);
  expect(Number(read.split(': ')[1])).toBeCloseTo(data[(2 * shape[1]! + 4) * shape[2]! + 2]!, 3);
  expect(await readCell(page, 'decoder', 1, 0)).toMatch(/looks at start: /);
});

test('the model says where its weights are', async () => {
  await openChapter(page, 'model');
  const { parameters, bytes } = model.describe();
  expect(await page.locator('#facts').textContent()).toContain(
    `${parameters.toLocaleString('en')} weights in ${(bytes / 1e6).toFixed(1)} MB of memory, 8.6 bits each.`,
  );
  await page.click('#compare-forms');
  const rows = page.locator('#forms tbody tr');
  await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(4);
  const { translation } = await model.translate(await page.inputValue('#text')).result();
  for (const row of [0, 1]) expect(await rows.nth(row).locator('td').last().textContent()).toBe(translation);
  expect(await page.locator('#shares dd').allTextContents()).toEqual([
    expect.stringMatching(/^2,048,000 weights, 22 %/),
    expect.stringMatching(/^3,159,040 weights, 34 %/),
    expect.stringMatching(/^4,213,760 weights, 45 %/),
  ]);
});

describe('beams', () => {
  test('the tree shows kept and dropped beams, and the winner has the score of the reference', async () => {
    await openChapter(page, 'beams');
    expect(await page.locator('#beams-note').textContent()).toContain('Greedy decoding has no beams.');
    await change(() => page.locator('#mode').selectOption('beams'));
    expect(await page.locator('#french').textContent()).toBe(risk.beam4.text);
    const note = (await page.locator('#beams-note').textContent())!;
    const [, text, score] = /^“(.+)” won with score −([\d.]+), of \d+ texts that ended\.$/.exec(note)!;
    expect(text).toBe(risk.beam4.text);
    expect(-Number(score)).toBeCloseTo(risk.beam4.score, 2);
    const won = await page.locator('#tree .won[role=option] span').allTextContents();
    expect(won.at(-1)).toBe('■ end');
    expect(won.slice(0, -1).join('').replaceAll('·', ' ').trim()).toBe(risk.beam4.text);
    expect(await page.locator('#tree .dropped[role=option]').count()).toBeGreaterThan(4);
  });

  test('the tree is replayed step by step', async () => {
    const all = await page.locator('#tree [role=option]').count();
    await page.click('#replay');
    await page.locator('#beams-note', { hasText: 'Growing' }).waitFor();
    const growing = await page.locator('#tree [role=option]').count();
    expect(growing).toBeLessThan(all);
    await page.locator('#beams-note', { hasText: 'won' }).waitFor();
    expect(await page.locator('#tree [role=option]').count()).toBe(all);
  });

  test('the number of beams and the length penalty take effect, and an invalid number is an error', async () => {
    await change(() => page.fill('#beams', '6').then(() => page.locator('#beams').blur()));
    expect(await page.locator('#tree [role=option][data-step="0"]').count()).toBe(6);
    const scoreOf = async () => /score −([\d.]+)/.exec((await page.locator('#beams-note').textContent())!)![1];
    const usual = Number(await scoreOf());
    await change(() => page.fill('#lengthPenalty', '0').then(() => page.locator('#lengthPenalty').blur()));
    expect(Number(await scoreOf())).toBeGreaterThan(3 * usual); // the sum itself
    await page.fill('#beams', '2.5');
    await page.locator('#beams').blur();
    await expectError(page, '“Beams” is 2.5; it must be a whole number');
    await page.click('#error .dismiss');
    expect(await page.locator('#error').isVisible()).toBe(false);
    await change(() => page.click('#reset'));
    expect(await page.inputValue('#text')).toBe(preset.text);
  });
});

test.each(['webgl', 'webgpu', 'wasm'])(
  '%s translates texts one after another, and shows the encoder of each',
  async backend => {
    await change(() => page.locator('#mode').selectOption('greedy'));
    await openChapter(page, 'encoder');
    const [short, middle] = [examples[13]!, examples[8]!];
    const twin = examples.find(each => each !== short && each.input_ids.length === short.input_ids.length)!;
    const first = backend === 'wasm' ? risk : twin;
    await translate(page, first.en);
    await change(() => page.locator('#backend').selectOption(backend));
    expect(await page.locator('#facts').textContent()).toContain(`on ${backend}.`);
    expect(await page.locator('#french').textContent()).toBe(first.greedy.text);
    const longest = examples.reduce((a, b) => (a.en.length < b.en.length ? b : a));
    // A simulated graphics card compiles for seconds at each new length.
    const texts = backend === 'wasm' ? [[longest], [middle, short]] : [[short]];
    for (const sentences of texts) {
      const text = sentences.map(({ en }) => en).join(' ');
      expect(await translate(page, text)).toBe(sentences.map(({ greedy }) => greedy.text).join(' '));
      const tokens = sentences[0]!.input_ids.length;
      const read = await readCell(page, 'encoder', tokens - 1, tokens - 1); // the last row and column
      expect(read).toMatch(/^<\/s> looks at <\/s>: [01]\.\d{4}$/);
      const sum = await page.locator('#encoder').evaluate((element, last) => {
        const map = element as unknown as { read(query: number, key: number): { weight: number } };
        return Array.from({ length: last + 1 }, (_, key) => map.read(last, key).weight).reduce((a, b) => a + b);
      }, tokens - 1);
      expect(sum).toBeCloseTo(1, 4);
    }
  },
  300_000, // compiling for a simulated graphics card
);

test('a backend can be chosen while typing, without an error', async () => {
  await page.fill('#text', risk.en);
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await page.fill('#text', examples[8]!.en);
  await page.locator('#backend').selectOption('webgl');
  await page.waitForTimeout(400); // longer than the delay after typing
  await page.fill('#text', examples[13]!.en);
  await page.locator('#backend').selectOption('wasm');
  await page.locator('#french', { hasText: examples[13]!.greedy.text }).waitFor({ timeout: 120_000 });
  await translated(page);
  expect(await page.locator('#facts').textContent()).toContain('on wasm.');
  expect(await page.locator('#status').textContent()).toMatch(/^Translated/);
});

test('the page says why translations of unreadable and unknown texts are unsure', async () => {
  await translate(page, `${risk.en} 你好 \u{1f600}! asdf qwer zxcv.`);
  const doubts = await page.locator('#doubt p').allTextContents();
  expect(doubts).toHaveLength(2);
  expect(doubts[0]).toContain('cannot read “你好” and “\u{1f600}”');
  expect(doubts[1]).toMatch(/asdf qwer zxcv\. Unsure: .* a chance of \d+ %/);
  expect(await page.locator('#french .segment.unsure').count()).toBe(2);
  await page.locator('#french .segment').nth(1).click();
  await page
    .locator('#french .segment.chosen', { hasText: (await page.locator('#french .segment').nth(1).textContent())! })
    .waitFor();
  expect(await readCell(page, 'encoder', 1, 1)).toMatch(/^你好 looks at 你好: /);
  await translate(page, risk.en);
  expect(await page.locator('#doubt p').count()).toBe(0);
});

test('a notice names everything in the address that the page cannot follow', async () => {
  const other = await app.open('#mode=wild&layer=9&off=2.0+7.7&encoderLayer=6&decoderHead=9&backend=abacus&text=Yes.');
  await translated(other);
  const notice = (await other.locator('#notice').textContent())!;
  for (const asked of [
    'Decoding “wild”',
    'Layer “9”',
    'off head 7.7',
    'head 0 of layer 6 of the encoder',
    'head 9 of layer 0 of the decoder',
    'Backend “abacus”',
  ])
    expect(notice).toContain(asked);
  expect(await other.locator('#french').textContent()).toContain('Oui');
  await other.keyboard.press('Escape');
  expect(await other.locator('#notice').isHidden()).toBe(true);
  await other.close();
});

test('the address restores text and settings', async () => {
  const hash = `#${new URLSearchParams({ text: risk.en, mode: 'greedy', layer: '1', head: '3', backend: 'wasm' })}`;
  const other = await app.open(hash);
  await translated(other);
  expect(await other.locator('#french').textContent()).toBe(risk.greedy.text);
  expect(await other.locator('#map-title').textContent()).toBe('Layer 1, head 3');
  await other.close();
});

test('a text typed during loading is translated afterwards, and another address shows another text', async () => {
  const early = await app.open('#backend=wasm&mode=greedy');
  await early.fill('#text', risk.en);
  await translated(early);
  expect(await early.locator('#french').textContent()).toBe(risk.greedy.text);
  expect(await early.locator('#error').isVisible()).toBe(false);
  await early.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await early.evaluate(
    hash => location.assign(hash),
    `#${new URLSearchParams({ text: 'I have toothache.', backend: 'webgl' })}`,
  );
  await translated(early);
  expect(await early.locator('#french').textContent()).toBe("J'ai mal aux dents.");
  expect(await early.locator('#facts').textContent()).toContain('on webgl.');
  await early.close();
});

test('the pages had no problems and requested nothing from other servers', () => {
  expect(app.problems).toEqual([]);
  expect(app.foreignRequests).toEqual([]);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { expectError, type OpenApp, type Page, readCell, root } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { fixtureOf, openTranslation, translate, translated } from './open.js';

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

beforeAll(async () => {
  app = await openTranslation();
  page = await app.open('#backend=wasm');
  await translated(page);
});

afterAll(() => app?.close());

const change = async (act: () => Promise<unknown>) => {
  await page.locator('main').evaluate(main => main.removeAttribute('data-state'));
  await act();
  await translated(page);
};
const wordsOf = (side: string) => page.locator(`#ribbons .${side} [role=option] span`).allTextContents();

describe('translating', () => {
  test('the page shows a translation before the first click', async () => {
    const golden = examples.find(({ en }) => en === preset.text)!;
    expect(await page.locator('#french').textContent()).toBe(golden.beam4.text);
    expect(await page.locator('#facts').textContent()).toContain('marian with 4 encoder layers and 4 decoder layers');
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
    expect(await page.locator('#sentences button').count()).toBe(3);
    expect((await wordsOf('source')).join(' ')).toBe('She went with him to Boston .');
    await page.locator('#sentences button').nth(1).click();
    await page.locator('#french .segment.chosen', { hasText: second.greedy.text }).waitFor();
    expect((await wordsOf('target')).join(' ')).toBe('Il refusa de payer .');
    await page.locator('#french .segment').nth(2).click();
    await page.locator('#french .segment.chosen', { hasText: third.greedy.text }).waitFor();
    expect((await wordsOf('target')).join(' ')).toBe("C'est cher .");
  });

  test('an empty line stays an empty line, and an empty text has no translation', async () => {
    expect(await translate(page, '\n')).toBe('\n');
    expect(await translate(page, '')).toBe('');
    expect(await page.locator('#status').textContent()).toBe('Nothing to translate');
    expect(await page.locator('#ribbons').isVisible()).toBe(false);
    expect(await translate(page, risk.en)).toBe(risk.greedy.text);
    expect(await page.locator('#ribbons').isVisible()).toBe(true);
  });
});

describe('cross-attention', () => {
  test('cells have the weights of the reference, for layers, heads and their average', async () => {
    const file = readFileSync(join(root, 'fixtures', 'models', 'en-fr', 'golden.safetensors'));
    const golden = await openSafetensors(bytesSource(new Uint8Array(file)));
    for (const [layer, head, query, key] of [
      [0, 3, 2, 2],
      [1, 2, 4, 4],
      [3, 1, 8, 9],
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
    expect(page.url()).toContain('head=0');
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

  test('switching heads off changes the translation, and the changes are marked', async () => {
    const changed: string[] = [];
    for (const layer of [1, 2]) {
      await page.locator(`#heads [aria-label^="layer ${layer}, head 3"]`).click();
      await change(() => page.click('#switch'));
    }
    expect(page.url()).toContain('off=1.3+2.3');
    expect(await page.locator('#ablation dd').first().textContent()).toBe(risk.greedy.text);
    expect(await page.locator('#ablation dd').last().textContent()).toBe(await page.locator('#french').textContent());
    changed.push(...(await page.locator('#ablation mark').allTextContents()));
    for (const [layer, head] of [
      [1, 2],
      [2, 0],
      [2, 1],
      [2, 2],
      [3, 0],
      [3, 3],
    ] as const) {
      if (changed.length > 0) break;
      await page.locator(`#heads [aria-label="layer ${layer}, head ${head}"]`).click();
      await change(() => page.click('#switch'));
      changed.push(...(await page.locator('#ablation mark').allTextContents()));
    }
    expect(changed.length).toBeGreaterThan(0);
    await change(() => page.click('#all-on'));
    expect(await page.locator('#french').textContent()).toBe(risk.greedy.text);
    expect(await page.locator('#ablation').textContent()).toBe('');
  });
});

test('buttons step through the layers of the encoder, whose rows sum to 1', async () => {
  expect(await page.locator('#encoder-map-title').textContent()).toBe('Layer 0, head 0');
  await page.click('#layer-after');
  await page.click('#layer-after');
  expect(await page.locator('#encoder-map-title').textContent()).toBe('Layer 2, head 0');
  await page.waitForURL(/encoderLayer=2/); // the driver sees the new address later
  let sum = 0;
  for (let key = 0; key < 10; key++) sum += Number((await readCell(page, 'encoder', 3, key)).split(': ')[1]);
  expect(sum).toBeCloseTo(1, 2);
  await page.locator('#encoder-heads [aria-label="layer 3, head 1"]').click();
  await expect.poll(() => page.locator('#layer-after').isDisabled()).toBe(true);
});

describe('beams', () => {
  test('the tree shows kept and dropped beams, and the winner has the score of the reference', async () => {
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
  '%s translates short and long texts one after another, and shows the encoder of each',
  async backend => {
    await change(() => page.locator('#mode').selectOption('greedy'));
    await translate(page, risk.en);
    await change(() => page.locator('#backend').selectOption(backend));
    expect(await page.locator('#facts').textContent()).toContain(`on ${backend}.`);
    expect(await page.locator('#french').textContent()).toBe(risk.greedy.text);
    const [short, middle] = [examples[13]!, examples[8]!];
    const longest = examples.reduce((a, b) => (a.en.length < b.en.length ? b : a));
    // A simulated graphics card compiles for seconds.
    const texts = backend === 'wasm' ? [[longest], [middle, short]] : [[middle], [short]];
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
  await page.locator('#sentences button').nth(1).click();
  await page.locator('#french .segment.chosen').waitFor();
  expect(await readCell(page, 'encoder', 1, 1)).toMatch(/^你好 looks at 你好: /);
  await translate(page, risk.en);
  expect(await page.locator('#doubt p').count()).toBe(0);
});

test('a notice names everything in the address that the page cannot follow', async () => {
  const other = await app.open('#mode=wild&layer=9&off=2.0+7.7&encoderLayer=6&backend=abacus&text=Yes.');
  await translated(other);
  const notice = (await other.locator('#notice').textContent())!;
  for (const asked of [
    'Decoding “wild”',
    'Layer “9”',
    'off head 7.7',
    'head 0 of layer 6 of the encoder',
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

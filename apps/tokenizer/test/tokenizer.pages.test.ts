import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import {
  appearanceProblems,
  expectError,
  type OpenApp,
  openApp,
  type Page,
  reachedByTab,
  root,
  undescribedControls,
} from '@residual/testkit/pages';
import { saveTokenizer, type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { sentencePieceTokenizer } from '@residual/tokenizer/sentencepiece';
import { trainTokenizer } from '@residual/tokenizer/train';
import { Tiktoken } from 'js-tiktoken/lite';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../src/examples.js';
import { preset } from '../src/settings.js';
import { shipped } from '../src/shipped.js';
import { type Article, costsOf } from '../src/work/languages.js';
import { type DividedWord, divideWord } from '../src/work/word.js';

let app: OpenApp;
let page: Page;

const read = (...path: string[]) => readFileSync(join(root, ...path));
const sentencePiece = brotliDecompressSync(read('fixtures', 'sentencepiece', 'own', 'unigram-nmt-nfkc.model.br'));
const articles = JSON.parse(read('apps', 'tokenizer', 'public', 'article-1.json').toString()) as Article[];
const shippedHere = (name: string): Tokenizer => {
  const text = (file: string) => read('packages', `model-${name}`, 'model', file).toString();
  return tokenizerFromJson(text('tokenizer.json'), { config: text('tokenizer_config.json') });
};

beforeAll(async () => {
  app = await openApp('tokenizer');
  page = await app.open();
  await page.locator('#figures b').waitFor();
  await page.locator('#tables summary').click();
});

afterAll(() => app?.close());

/** The rows of a table: number, id, token, text, offsets in both units. */
const rows = (table = 'table', where = page) =>
  where
    .locator(`#${table} tbody tr`)
    .evaluateAll(all => all.map(row => [...row.children].map(cell => cell.textContent ?? '')));
const visible = (text: string) => text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥');
const rowsOf = (tokenizer: Tokenizer, text: string, addSpecialTokens = false) => {
  const { ids, tokens, offsets, codePointOffsets, specialTokensMask } = tokenizer.encode(text, { addSpecialTokens });
  return ids.map((id, i) => {
    const spans = [offsets[i]!, codePointOffsets[i]!].map(([start, end]) => `${start}–${end}`);
    const isAdded = specialTokensMask[i] === 1;
    const [start, end] = offsets[i]!;
    // Tokens of the same span hold its parts, except a prepended space.
    const holds = (j: number) =>
      end > start && offsets[j]![0] === start && offsets[j]![1] === end && tokens[j] !== '▁' && tokens[i] !== '▁';
    const together = [...offsets.keys()].filter(holds);
    const part = `${text.slice(start, end)} ${together.indexOf(i) + 1}/${together.length}`;
    const name = together.length > 1 && !isAdded ? part : tokens[i]!;
    const texts = isAdded ? ['', 'special', ''] : [visible(text.slice(...offsets[i]!)) || '∅', ...spans];
    return [String(i), String(id), visible(name), ...texts];
  });
};
/** The spans of the coloured text under the field. */
const spans = () =>
  page
    .locator('#tokens')
    .evaluate(element =>
      [...element.shadowRoot!.querySelector('.text')!.childNodes].map(node => node.textContent ?? ''),
    );
const textOf = (id: string, where = page) => where.locator(`#${id}`).textContent();

test.each(['stories', 'en-fr'])(
  'with the tokenizer of %s each example has the tokens of the library, and whole characters in the text',
  async name => {
    await page.selectOption('#tokenizer', name);
    for (const [label, text] of Object.entries(examples)) {
      await page.locator('#examples').getByText(label, { exact: true }).click();
      const expected = rowsOf(shippedHere(name), text);
      await expect.poll(() => rows()).toEqual(expected);
      expect(await page.inputValue('#text-beside')).toBe(text);
      const shown = await spans();
      expect(shown.join('')).toBe(text);
      const graphemes = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)];
      const cuts = new Set([...graphemes.map(({ index }) => index), text.length]);
      let at = 0;
      for (const span of shown) expect(cuts.has((at += span.length))).toBe(true);
      expect(await textOf('figures')).toContain(`${expected.length} tokens${[...text].length} characters`);
    }
  },
);

describe('the text', () => {
  test('has its colours exactly under its letters, in the second field too', async () => {
    await page.fill('#text', `${examples.English} ${examples.emoji}\n`);
    await expect.poll(async () => (await spans()).join('')).toBe(await page.inputValue('#text'));
    for (const [field, tokens] of [
      ['text', 'tokens'],
      ['text-beside', 'tokens-beside'],
    ])
      expect(await page.locator(`#${tokens}`).evaluate(element => element.clientHeight)).toBe(
        await page.locator(`#${field}`).evaluate(element => element.scrollHeight),
      );
  });

  test('an emoji family is one span, and each of its tokens can be read', async () => {
    await page.selectOption('#tokenizer', 'stories');
    await page.fill('#text', 'A 👩‍👩‍👧');
    await expect.poll(spans).toEqual(['A', ' ', '👩‍👩‍👧']);
    const tokens = (await rows()).length - 2;
    const box = (await page.locator('#tokens .text span').last().boundingBox())!;
    const at = (share: number) => page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
    await at(0.01);
    expect(await textOf('token')).toContain(`part 1 of 4 of “👩” is token 3 of ${tokens + 2}, number `);
    await at(0.99);
    expect(await textOf('token')).toContain(`part 4 of 4 of “👧” is token ${tokens + 2} of ${tokens + 2}, number `);
    await page.locator('#text').press('Home');
    await page.locator('#text').press('ArrowRight');
    expect(await textOf('token')).toMatch('“A” is token 1 of');
  });

  test('right-to-left text reads from the right, and letters join as in plain text', async () => {
    const text = 'مرحبا بالعالم';
    await page.fill('#text', text);
    await expect.poll(async () => (await spans()).join('')).toBe(text);
    const { first, last, width, plain } = await page.locator('#tokens').evaluate((element, words) => {
      const place = element.shadowRoot!.querySelector<HTMLElement>('.text')!;
      const spans = [...place.querySelectorAll('span')].map(span => span.getBoundingClientRect());
      const range = document.createRange();
      range.selectNodeContents(place);
      const other = document.createElement('div');
      [other.className, other.textContent, other.dir] = ['text', words, 'auto'];
      place.parentNode!.append(other);
      const bare = document.createRange();
      bare.selectNodeContents(other);
      const plainWidth = bare.getBoundingClientRect().width;
      other.remove();
      return {
        first: spans[0]!.left,
        last: spans.at(-1)!.left,
        width: range.getBoundingClientRect().width,
        plain: plainWidth,
      };
    }, text);
    expect(first).toBeGreaterThan(last);
    expect(Math.abs(width - plain)).toBeLessThan(1);
    expect(await page.locator('#tokens .text').evaluate(place => getComputedStyle(place).direction)).toBe('rtl');
  });

  test('combining marks stay with their letters, and decoding gives the same text, or says what is lost', async () => {
    await page.fill('#text', 'e\u0301 Z\u0351\u036b');
    await expect.poll(spans).toEqual(['e\u0301', ' Z\u0351\u036b']);
    expect(await textOf('back')).toBe('Read back, the tokens give the same text.');
    await page.fill('#text', '한 a');
    await expect.poll(() => textOf('figures-beside')).toContain('1 unknown');
    expect(await textOf('back-beside')).toMatch(/1 token stands for unknown characters\.$/);
  });

  test('ten quick changes show the last one', async () => {
    await page.locator('#text').evaluate(field => {
      for (let i = 0; i < 10; i++) {
        (field as HTMLTextAreaElement).value = 'word '.repeat(10 - i);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      }
    });
    const expected = rowsOf(shippedHere('stories'), 'word ');
    await expect.poll(() => rows()).toEqual(expected);
  });

  test('the address restores the text, both tokenizers and the word; without reduced motion a film plays', async () => {
    await page.selectOption('#tokenizer', 'en-fr');
    await page.selectOption('#beside', 'gpt2');
    await page.locator('#settings summary').click();
    await page.check('#special');
    await page.fill('#text', 'Hello & goodbye, naïve 👋🏽!');
    const ids = new Tiktoken(gpt2).encode('Hello & goodbye, naïve 👋🏽!');
    await expect.poll(async () => (await rows('table-beside')).map(([, id]) => Number(id))).toEqual(ids);
    await expect.poll(() => page.url()).toContain('Hello'); // after a delay, because of many earlier changes
    const hash = `${new URL(page.url()).hash}&word=dragonfly&film=second`;
    const shared = await app.open(hash, { reducedMotion: 'no-preference' });
    await shared.locator('#tables summary').click();
    expect(await shared.inputValue('#text')).toBe('Hello & goodbye, naïve 👋🏽!');
    await expect
      .poll(() => rows('table', shared))
      .toEqual(rowsOf(shippedHere('en-fr'), 'Hello & goodbye, naïve 👋🏽!', true));
    await shared.locator('#film').scrollIntoViewIfNeeded();
    await expect.poll(() => textOf('film-said', shared)).toContain('“dragonfly” becomes 2 tokens: dragon, fly.');
    const seen = () => shared.locator('#film-rows li:not(.ahead)').count();
    const frames = await shared.locator('#film-rows li').count();
    await expect.poll(seen).toBeGreaterThan(2); // it plays by itself
    await shared.locator('#film-step').click();
    const before = await seen();
    await shared.locator('#film-at').press('End');
    expect([before < frames, await seen()]).toEqual([true, frames]);
    await shared.locator('#film-step').click();
    expect(await seen()).toBe(1);
    await shared.close();
    await page.uncheck('#special');
    await page.selectOption('#tokenizer', 'stories');
  });

  test('a notice names everything in the address that the page cannot follow', async () => {
    const other = await app.open('#tokenizer=toString&special=maybe&colour=red&text=Hello');
    await other.locator('#figures b').waitFor();
    expect(await textOf('notice', other)).toBe(
      'This link asks for First tokenizer “toString”, which is not available; ' +
        `“${shipped.stories}” is used instead. ` +
        'This link asks for Special tokens “maybe”, which is not available; “off” is used instead. ' +
        'This link sets “colour”, which is not a setting of this page.',
    );
    expect(await other.inputValue('#tokenizer')).toBe('stories');
    await other.evaluate(() => {
      location.hash = '#tokenizer=en-fr';
    });
    await other.locator('#notice').waitFor({ state: 'hidden' });
    expect(await other.inputValue('#tokenizer')).toBe('en-fr');
    await other.close();
  });

  test('the first tokens of a very long text are shown, and typing stays possible', async () => {
    const long = 'One day a fox came by. '.repeat(4000);
    await page.fill('#text', long);
    await page.locator('#table .rest', { hasText: 'more tokens are not shown' }).waitFor();
    expect(await page.locator('#table tbody tr').count()).toBe(2000);
    await page.fill('#text', '');
    await expect.poll(() => textOf('figures')).toContain('0 tokens');
  });
});

describe('a tokenizer of the visitor', () => {
  const file = (name: string, buffer: Buffer) => ({ name, mimeType: 'application/octet-stream', buffer });

  test('is read from a dropped tokenizer.json, and from a chosen SentencePiece model', async () => {
    const json = read('fixtures', 'tokenizers', 'wordpiece-bert', 'tokenizer.json');
    const drop = await page.evaluateHandle(text => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'tokenizer.json'));
      return data;
    }, json.toString());
    await page.fill('#text', 'The naïve fox');
    await page.dispatchEvent('body', 'drop', { dataTransfer: drop });
    const bert = tokenizerFromJson(json.toString());
    await expect.poll(() => rows()).toEqual(rowsOf(bert, 'The naïve fox'));
    await page.check('#special');
    await expect.poll(() => rows()).toEqual(rowsOf(bert, 'The naïve fox', true));
    expect((await rows())[0]!.slice(2)).toEqual(['[CLS]', '', 'special', '']);
    await page.uncheck('#special');
    await page.setInputFiles('#files', [file('small.model', sentencePiece)]);
    await expect.poll(() => rows()).toEqual(rowsOf(sentencePieceTokenizer(sentencePiece), 'The naïve fox'));
    expect(await page.locator('#tokenizer option:checked').textContent()).toBe('small.model');
  });

  test('a file without a tokenizer is an error, and the last tokenizer stays', async () => {
    const before = await rows();
    await page.setInputFiles('#files', [file('tokenizer.json', Buffer.from('{ "model": '))]);
    await expectError(page, 'JSON');
    await page.setInputFiles('#files', [file('tokenizer.json', Buffer.from('{ "model": { "type": "Magic" } }'))]);
    await expectError(page, 'Magic');
    await page.setInputFiles('#files', [file('broken.model', Buffer.from('no protobuf'))]);
    await expectError(page, 'broken.model is a text');
    await page.setInputFiles('#files', [file('few.tiktoken', Buffer.from('YQ== 0\nYg== 1\n'))]);
    await expectError(page, 'rank');
    const fits = 'a tokenizer.json, a SentencePiece .model or a tiktoken rank file would fit.';
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk', 'base64');
    await page.setInputFiles('#files', [file('wrong.png', png)]);
    await expectError(page, `wrong.png is a PNG picture; ${fits}`);
    const drop = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(['Dear diary'], 'notes.txt'));
      return data;
    });
    await page.dispatchEvent('body', 'drop', { dataTransfer: drop });
    await expectError(page, `notes.txt is a text; ${fits}`);
    expect(await rows()).toEqual(before);
    await page.fill('#text', 'The fox');
    await page.locator('#error').waitFor({ state: 'hidden' });
  });
});

describe('the chapters', () => {
  test('the frames of a word are those of the library, and its ways where a tokenizer does not merge', async () => {
    await page.selectOption('#tokenizer', 'stories');
    await page.selectOption('#beside', 'en-fr');
    await page.locator('#film').scrollIntoViewIfNeeded();
    const bricks = () =>
      page
        .locator('#film-rows li')
        .evaluateAll(all => all.map(row => [...row.querySelectorAll('.brick')].map(brick => brick.textContent)));
    const merged = divideWord(shippedHere('stories'), preset.word) as Extract<DividedWord, { kind: 'merges' }>;
    const textsOf = (each: { readonly bricks: readonly { readonly text: string }[] }) =>
      each.bricks.map(({ text }) => visible(text));
    await expect.poll(bricks).toEqual(merged.frames.map(textsOf));
    expect(await page.locator('#film-rows li.ahead').count()).toBe(0);
    expect(await page.locator('#film-rows .said').last().textContent()).toContain('of 5,743: ');
    await page.locator('#film-sides button').last().click();
    const divided = divideWord(shippedHere('en-fr'), preset.word) as Extract<DividedWord, { kind: 'ways' }>;
    await expect.poll(bricks).toEqual(divided.ways.map(textsOf));
    await page.fill('#word', '<b>&');
    await expect.poll(() => textOf('film-said')).toContain('“<b>&”');
  });

  test('the costs of the languages are those of the library, and the arrow keys choose a sentence', async () => {
    await page.locator('#languages').scrollIntoViewIfNeeded();
    const costs = costsOf(shippedHere('stories'), articles);
    const shownCosts = () =>
      page
        .locator('#bars .row')
        .evaluateAll(all =>
          all.map(row => [row.querySelector('.name')!.textContent, row.querySelector('.costs b')!.textContent]),
        );
    const expected = [...articles.keys()]
      .sort((a, b) => costs[a]!.ratio - costs[b]!.ratio)
      .map(index => [articles[index]!.name, `${costs[index]!.ratio.toFixed(1)}×`]);
    await expect.poll(shownCosts).toEqual(expected);
    await page.locator('#bars [tabindex="0"]').focus();
    await page.keyboard.press('ArrowDown');
    const after = expected[expected.findIndex(([name]) => name === 'Burmese') + 1]![0];
    await expect.poll(() => page.locator('#sentence h3').textContent()).toBe(after);
    const tokens = costs[articles.findIndex(({ name }) => name === after)]!.tokens;
    expect(await page.locator('#sentence .note').first().textContent()).toBe(`Storyteller: ${tokens} tokens.`);
  });

  test('training reaches the tokenizer of the library, which cuts the text above and can be downloaded', async () => {
    await page.locator('#training').scrollIntoViewIfNeeded();
    await page.locator('#training-said', { hasText: 'Done' }).waitFor();
    const corpus = 'the cat sat on the mat, that cat. '.repeat(20);
    await page.locator('#corpus-fold summary').click();
    await page.fill('#corpus', corpus);
    await page.locator('#vocabSize').fill('300');
    await page.locator('#train').click();
    const reference = await trainTokenizer([corpus], { kind: 'byte-level-bpe', vocabSize: 300 });
    const count = reference.count(corpus);
    await page.locator('#training-said', { hasText: `680 characters of the text are now ${count} tokens` }).waitFor();
    await page.locator('#use').click();
    await page.fill('#text', 'that cat sat');
    await expect.poll(() => rows('table-beside')).toEqual(rowsOf(reference, 'that cat sat'));
    const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
    expect(readFileSync(await saved.path(), 'utf8')).toBe(saveTokenizer(reference));
  });
});

describe('the appearance', () => {
  test('axe-core finds nothing serious and nothing scrolls sideways', async () => {
    await page.fill('#text', 'A 👋🏽');
    await page.locator('#bars').getByText('Chinese').click();
    await page.locator('#table tbody tr').nth(3).hover();
    expect(await appearanceProblems(page)).toEqual([]);
  });

  test('every control has a help sentence, and Tab reaches all controls and the table', async () => {
    expect(await undescribedControls(page, 'input, select, textarea, button')).toEqual([]);
    const reached = await reachedByTab(page, 60);
    for (const id of [
      'examples',
      'tokenizer',
      'beside',
      'text',
      'text-beside',
      'settings',
      'special',
      'files',
      'table',
    ])
      expect(reached).toContain(id);
    for (const id of ['word', 'film-play', 'film-at', 'bars', 'vocabSize', 'train']) expect(reached).toContain(id);
  });

  test('the pages had no problems and requested nothing from other servers', () => {
    expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
  });
});

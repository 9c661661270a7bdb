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
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { sentencePieceTokenizer } from '@residual/tokenizer/sentencepiece';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../src/examples.js';
import { shipped } from '../src/sources.js';

let app: OpenApp;
let page: Page;

const read = (...path: string[]) => readFileSync(join(root, ...path));
const sentencePiece = brotliDecompressSync(read('fixtures', 'sentencepiece', 'own', 'unigram-nmt-nfkc.model.br'));
const shippedHere = (name: string): Tokenizer => {
  const text = (file: string) => read('packages', `model-${name}`, 'model', file).toString();
  return tokenizerFromJson(text('tokenizer.json'), { config: text('tokenizer_config.json') });
};

beforeAll(async () => {
  app = await openApp('tokenizer');
  page = await app.open();
  await page.locator('#tokens tbody tr').first().waitFor();
});

afterAll(() => app?.close());

/** The rows of the table: number, id, token, text, offsets in both units. */
const rows = () =>
  page
    .locator('#tokens tbody tr')
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
/** The spans of the coloured text. */
const spans = () =>
  page
    .locator('#tokens')
    .evaluate(element =>
      [...element.shadowRoot!.querySelector('.text')!.childNodes].map(node => node.textContent ?? ''),
    );

describe.each(Object.keys(shipped))('the tokenizer of %s', name => {
  test.each(Object.keys(examples))(
    '%s: the page shows the ids, tokens and offsets of the library, and whole characters',
    async kind => {
      const text = examples[kind]!;
      await page.selectOption('#tokenizer', name);
      await page.fill('#text', text);
      const expected = rowsOf(shippedHere(name), text);
      await expect.poll(rows).toEqual(expected);
      const shown = await spans();
      expect(shown.join('')).toBe(text);
      const graphemes = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)];
      const cuts = new Set([...graphemes.map(({ index }) => index), text.length]);
      let at = 0;
      for (const span of shown) expect(cuts.has((at += span.length))).toBe(true);
      expect(await page.locator('#figures').textContent()).toContain(`${expected.length} tokens`);
    },
  );
});

describe('the text', () => {
  test('an emoji family is one span, and each of its tokens can be selected', async () => {
    await page.selectOption('#tokenizer', 'stories');
    await page.fill('#text', 'A 👩‍👩‍👧');
    await expect.poll(spans).toEqual(['A', ' ', '👩‍👩‍👧']);
    const tokens = (await rows()).length - 2;
    const box = (await page.locator('#tokens .text span').last().boundingBox())!;
    const at = (share: number) => page.mouse.move(box.x + box.width * share, box.y + box.height / 2);
    const selected = () => page.locator('#tokens tr[aria-selected=true] td').first().textContent();
    await at(0.01);
    expect(await selected()).toBe('2');
    await at(0.99);
    expect(await selected()).toBe(String(tokens + 1));
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

  test('combining marks stay with their letters, and decoding gives the same text', async () => {
    await page.fill('#text', 'e\u0301 Z\u0351\u036b');
    await expect.poll(spans).toEqual(['e\u0301', ' Z\u0351\u036b']);
    expect(await page.locator('#back').textContent()).toBe('Decoding the tokens gives the same text.');
  });

  test('the address restores text, tokenizer and special tokens', async () => {
    await page.selectOption('#tokenizer', 'en-fr');
    await page.check('#special');
    await page.fill('#text', 'Hello & goodbye');
    await expect.poll(() => page.url()).toContain('Hello'); // after a delay, because of many earlier changes
    const shared = await app.open(new URL(page.url()).hash);
    await shared.locator('#tokens tbody tr').first().waitFor();
    expect(await shared.inputValue('#text')).toBe('Hello & goodbye');
    await expect.poll(rows).toEqual(rowsOf(shippedHere('en-fr'), 'Hello & goodbye', true));
    expect(await shared.locator('#tokens tbody tr').count()).toBe((await rows()).length);
    await shared.close();
    await page.uncheck('#special');
  });

  test('a notice names everything in the address that the page cannot follow', async () => {
    const other = await app.open('#tokenizer=toString&special=maybe&colour=red&text=Hello');
    await other.locator('#tokens tbody tr').first().waitFor();
    expect(await other.locator('#notice').textContent()).toBe(
      'This link asks for Special tokens “maybe”, which is not available; “off” is used instead. ' +
        `This link asks for Tokenizer “toString”, which is not available; “${shipped.stories}” is used instead. ` +
        'This link sets “colour”, which is not a setting of this page.',
    );
    expect(await other.inputValue('#tokenizer')).toBe('stories');
    await other.evaluate(() => {
      location.hash = '#tokenizer=en-fr';
    });
    await other.locator('#notice').waitFor({ state: 'hidden' });
    await other.close();
  });

  test('the first tokens of a very long text are shown, and typing stays possible', async () => {
    const long = 'One day a fox came by. '.repeat(4000);
    await page.fill('#text', long);
    await page.locator('#tokens .rest', { hasText: 'more tokens are not shown' }).waitFor();
    expect(await page.locator('#tokens tbody tr').count()).toBe(2000);
    await page.fill('#text', '');
    await expect.poll(async () => (await page.locator('#figures').textContent()) ?? '').toContain('0 tokens');
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
    await expect.poll(rows).toEqual(rowsOf(bert, 'The naïve fox'));
    await page.check('#special');
    await expect.poll(rows).toEqual(rowsOf(bert, 'The naïve fox', true));
    expect((await rows())[0]!.slice(2)).toEqual(['[CLS]', '', 'special', '']);
    await page.uncheck('#special');
    await page.setInputFiles('#files', [file('small.model', sentencePiece)]);
    await expect.poll(rows).toEqual(rowsOf(sentencePieceTokenizer(sentencePiece), 'The naïve fox'));
    expect(await page.locator('#tokenizer option').last().textContent()).toBe('small.model');
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

describe('the appearance', () => {
  test('axe-core finds nothing serious and nothing scrolls sideways', async () => {
    await page.selectOption('#example', 'emoji families');
    await page.selectOption('#tokenizer', 'stories');
    await page.locator('#tokens tbody tr').nth(3).hover();
    expect(await appearanceProblems(page)).toEqual([]);
  });

  test('every control has a help sentence, and Tab reaches all controls and the table', async () => {
    expect(await undescribedControls(page, 'input, select, textarea')).toEqual([]);
    const reached = await reachedByTab(page, 8);
    for (const id of ['tokenizer', 'files', 'example', 'special', 'text', 'tokens']) expect(reached).toContain(id);
  });

  test('the pages had no problems and requested nothing from other servers', () => {
    expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
  });
});

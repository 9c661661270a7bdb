import { appearanceProblems, expectError, type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { arithmetic, complete, direction, project, type WordVectors, wordVectors } from '@residual/word-vectors';
import { englishWords } from '@residual/word-vectors-en';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examples } from '../src/examples.js';
import { preset } from '../src/settings.js';
import { answered, picture, settled } from './open.js';

let app: OpenApp;
let page: Page;
let vectors: WordVectors;

beforeAll(async () => {
  vectors = await wordVectors(englishWords);
  app = await openApp('embedding-arithmetic');
  page = await app.open();
  await settled(page);
});
afterAll(() => app?.close());

const near = (expression: string) => arithmetic(vectors, expression).neighbours;

describe('before the first click', () => {
  test('the answer of the preset stands there with its neighbours, as the library gives them', async () => {
    expect(await page.locator('#answer').textContent()).toBe('king − man + woman is nearest to queen');
    expect(await answered(page, 'queen')).toEqual(near(preset.expression).map(({ word }) => word));
    const figures = await page.locator('#neighbours button .figure').allTextContents();
    expect(figures).toEqual(near(preset.expression).map(({ similarity }) => similarity.toFixed(3)));
    expect(figures[0]).toBe('0.770');
  });

  test('the plural orders one, two, three, four', async () => {
    expect(await page.locator('#axis .word').allTextContents()).toEqual(['one', 'two', 'three', 'four']);
    expect(await page.locator('#towards').textContent()).toBe('from cat to cats');
  });

  test('the map is drawn: three arrows and words', async () => {
    expect(await page.locator('#map canvas').last().getAttribute('aria-label')).toBe(
      'Map of 50000 words: king − man + woman',
    );
    const coloured = await page
      .locator('#map canvas')
      .last()
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return data.filter((value, i) => i % 4 === 3 && value > 200).length;
      });
    expect(coloured).toBeGreaterThan(3000);
  });
});

describe('expressions', () => {
  test('one types an expression and reads the answer first', async () => {
    await page.fill('#expression', 'paris - france + italy');
    expect((await answered(page, 'rome'))[0]).toBe('rome');
    expect(new URL(page.url()).hash).toBe('#expression=paris+-+france+%2B+italy');
  });

  test('an unknown word is told with the nearest spellings', async () => {
    await page.fill('#expression', 'kign - man + woman');
    const error = page.locator('#expression-error');
    await expectError(page, 'kign');
    expect(await error.textContent()).toBe('"kign" is not among the 50000 words; there is "king", "sign" and "kin".');
    await page.fill('#expression', 'king - man +');
    await expectError(page, 'The expression ends behind "+" at 12');
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await error.isVisible()).toBe(false);
  });

  test('what people type is read, and what was read is told', async () => {
    const read = page.locator('#read');
    for (const [typed, text, nearest] of [
      ['paris-france+italy = ?', 'paris − france + italy', 'rome'],
      ['King - Man + Woman', 'king − man + woman', 'queen'],
      ['better—good＋bad', 'better − good + bad', 'worse'],
      ['twenty-one-two', '“twenty-one” − two', near('twenty-one - two')[0]!.word],
      ['web site', 'website', near('website')[0]!.word],
    ] as const) {
      await page.fill('#expression', typed);
      await read.filter({ hasText: `Read as ${text}.` }).waitFor();
      await answered(page, nearest);
      expect(await page.locator('#answer .sum').textContent()).toBe(text);
    }
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await read.isVisible()).toBe(false);
  });

  test('after an error nothing of the old answer is left', async () => {
    await page.fill('#expression', 'zzqqxx - man');
    await expectError(page, '"zzqqxx" is not among the 50000 words.');
    expect(await page.locator('#answer').textContent()).toBe('');
    expect(await page.locator('#why').textContent()).toBe('');
    expect(await page.locator('#shares').textContent()).toBe('');
    expect(await page.locator('#neighbours button').count()).toBe(0);
    const map = page.locator('#map canvas').last();
    expect(await map.getAttribute('aria-label')).toBe('Map of 50000 words');
    const unmarked = await picture(page);
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await picture(page)).not.toBe(unmarked);
  });

  test('a sum of 1,500 words has a small headline, and all of it can be read', async () => {
    const words = vectors.words.filter(word => /^[a-z]{3,}$/.test(word)).slice(0, 1500);
    await page.fill('#expression', words.join('+'));
    await page.locator('#whole-sum summary', { hasText: 'All 1,500 words of the sum' }).waitFor();
    expect(await page.locator('#answer .sum').textContent()).toMatch(/^the \+ and .* … \+ \w+$/);
    expect((await page.locator('#answer').boundingBox())!.height).toBeLessThan(110);
    expect(await page.locator('#whole-sum p').isVisible()).toBe(false);
    await page.locator('#whole-sum summary').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#whole-sum p').textContent()).toBe(words.join(' + '));
    expect((await page.locator('#whole-sum p').boundingBox())!.height).toBeLessThan(250);
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await page.locator('#whole-sum').isVisible()).toBe(false);
  });

  test('words are completed by keyboard', async () => {
    await page.fill('#expression', 'paris - fra'); // these letters are a word, too
    await page.locator('#expression').press('n');
    const options = complete(vectors, 'fran', { topN: 8 });
    await expect.poll(() => page.locator('#completions [role=option]').allTextContents()).toEqual(options);
    const wanted = options.indexOf('france');
    for (let i = 0; i <= wanted; i++) await page.keyboard.press('ArrowDown');
    expect(await page.locator('#expression').getAttribute('aria-activedescendant')).toBe(`completion-${wanted}`);
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#expression')).toBe('paris - france');
    await page.fill('#expression', 'paris - france + ita');
    await page.locator('#expression').press('l');
    await page.locator('#completions [role=option]', { hasText: /^italy$/ }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.locator('#completions').isVisible()).toBe(false);
    await page.locator('#expression').pressSequentially('y');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await answered(page, 'rome');
  });

  test('each example that works is answered by another word than those that fail, and says why', async () => {
    for (const { expression, why } of examples) {
      await page.locator(`#examples button[value="${expression}"]`).click();
      await answered(page, near(expression)[0]!.word);
      expect(await page.locator('#why').textContent()).toBe(why);
      expect(await page.inputValue('#expression')).toBe(expression);
    }
    expect(near('doctor - man + woman')[0]!.word).toBe('nurse');
    expect(near('bigger - big + cold')[0]!.word).not.toBe('colder');
  });

  test('another way to weigh gives its own order', async () => {
    await page.fill('#expression', 'king - man + woman');
    await page.selectOption('#method', 'euclid');
    const expected = arithmetic(vectors, 'king - man + woman', { method: 'euclid' }).neighbours.map(({ word }) => word);
    await expect.poll(() => page.locator('#neighbours button .word').allTextContents()).toEqual(expected);
    await page.selectOption('#method', 'add');
    await answered(page, 'queen');
  });
});

describe('the map', () => {
  const drag = async () => {
    const { x, y } = (await page.locator('#map').boundingBox())!;
    await page.mouse.move(x + 300, y + 200);
    await page.mouse.down();
    for (let i = 1; i <= 10; i++) await page.mouse.move(x + 300 + 12 * i, y + 200 + 6 * i);
    await page.mouse.up();
    await page.mouse.move(x - 10, y - 10);
  };

  test('it is panned by pointer and keyboard, made larger, and brought back', async () => {
    await page.locator('#map').scrollIntoViewIfNeeded();
    const begun = await picture(page);
    await drag();
    const panned = await picture(page);
    expect(panned).not.toBe(begun);
    await page.locator('#map canvas').last().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await picture(page)).not.toBe(panned);
    await page.click('#larger');
    await page.click('#whole');
    expect(await picture(page)).toBe(begun);
    await page.locator('#map canvas').last().focus();
    await page.keyboard.press('+');
    expect(await picture(page)).not.toBe(begun);
    await page.keyboard.press('0');
    expect(await picture(page)).toBe(begun);
  });

  test('it becomes 3-D and turns, and the address says so', async () => {
    const flat = await picture(page);
    await page.click('#views button[value="3d"]');
    expect(new URL(page.url()).hash).toBe('#view=3d');
    const deep = await picture(page);
    expect(deep).not.toBe(flat);
    await drag();
    const turned = await picture(page);
    expect(turned).not.toBe(deep);
    await page.locator('#map canvas').last().focus();
    await page.keyboard.press('Shift+ArrowRight');
    expect(await picture(page)).not.toBe(turned);
    await page.click('#views button[value="2d"]');
    expect(await picture(page)).toBe(flat);
  });

  test('a word under the pointer is named, one chosen in the list is pointed at', async () => {
    await page.locator('#map').scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await page.locator('#map').boundingBox())!;
    for (let i = 0; i < 20 && (await page.locator('#pointed').textContent()) === ''; i++) {
      await page.mouse.move(x + width / 2 + 12 * i, y + height / 2);
      await page.waitForTimeout(100);
    }
    const named = await page.locator('#pointed').textContent();
    expect(vectors.rows.has(named!)).toBe(true);
    await page.mouse.move(x - 20, y - 20);
    await expect.poll(() => page.locator('#pointed').textContent()).toBe('');
    const before = await picture(page);
    await page.locator('#neighbours button').nth(1).click();
    expect(await picture(page)).not.toBe(before);
    await page.click('#whole');
  });

  test('the axes of all words are others', async () => {
    const before = await picture(page);
    await page.selectOption('#axes', 'all');
    await expect.poll(() => page.locator('#shares').textContent()).toMatch(/show 9 %/);
    expect(await picture(page)).not.toBe(before);
    await page.selectOption('#axes', 'expression');
  });
});

describe('directions', () => {
  test('gender puts words on their sides, and says that some lean that should not', async () => {
    await page.locator('#direction-presets button', { hasText: 'Gender' }).click();
    await page.locator('#towards', { hasText: 'from man to woman' }).waitFor();
    const words = await page.locator('#axis .word').allTextContents();
    const place = (word: string) => words.indexOf(word);
    expect([place('uncle') < place('aunt'), place('actor') < place('actress')]).toEqual([true, true]);
    expect(place('engineer')).toBeLessThan(place('nurse'));
    expect(await page.locator('#direction-note').textContent()).toContain('nothing in them means a gender');
    expect(await page.locator('.bias').textContent()).toContain('a finding about the writing, not about people');
  });

  test("one's own pairs and words are ordered; what is wrong is told", async () => {
    await page.fill('#pairs', 'small large\ncold hot');
    await page.fill('#words', 'tiny, huge warm frozen');
    const along = direction(vectors, [
      ['small', 'large'],
      ['cold', 'hot'],
    ]);
    const expected = project(vectors, ['tiny', 'huge', 'warm', 'frozen'], along).map(({ word }) => word);
    await expect.poll(() => page.locator('#axis .word').allTextContents()).toEqual(expected);
    expect(expected.indexOf('tiny')).toBeLessThan(expected.indexOf('huge'));
    await page.fill('#pairs', 'Small LARGE\nCold hot');
    await page.fill('#words', 'Tiny, huge, warm, frozen');
    await expect.poll(() => page.locator('#axis .word').allTextContents()).toEqual(expected);
    expect(await page.locator('#towards').textContent()).toBe('from Small to LARGE');
    await page.fill('#pairs', 'small');
    await expectError(page, '“small” has 1 word; each line needs 2.');
    await page.fill('#pairs', 'small lagre');
    await expectError(page, '"lagre" is not among the 50000 words; there is "large"');
    for (const id of ['#axis', '#towards', '#agreement', '#direction-note'])
      expect(await page.locator(id).textContent()).toBe('');
    await page.fill('#pairs', 'small large\ncold hot');
    await page.locator('#direction-error').waitFor({ state: 'hidden' });
  });
});

describe('the storyteller', () => {
  test('the drift view shows a word moving apart, layer by layer, with what each would predict', async () => {
    await page.click('#drift > summary');
    await page.locator('#drift-answer', { hasText: 'enters both sentences' }).waitFor();
    const cosines = (await page.locator('#drift-rows td.cosine').allTextContents()).map(Number);
    expect(cosines).toHaveLength(7);
    expect(cosines[0]!).toBeGreaterThan(0.95);
    expect(cosines[6]!).toBeLessThan(0.6);
    const row = page.locator('#drift-rows tr').nth(1);
    expect((await row.locator('.guess').allTextContents())[0]).toMatch(/^TV \d+\s%$/);
    expect(await page.locator('#paths polyline').count()).toBe(2);
    expect(new URL(page.url()).hash).toContain('drift=open');
  });

  test('other sentences, and a word that one of them lacks', async () => {
    await page.fill('#first', 'The bird wanted to fly');
    await page.fill('#second', 'On the window sat a little fly');
    await page.fill('#word', 'fly');
    await page.click('#drift-form button[type=submit]');
    await page.locator('#drift-answer', { hasText: '“fly” enters' }).waitFor();
    await page.fill('#word', 'cat');
    await page.click('#drift-form button[type=submit]');
    await expectError(page, '“cat” is not a word of “The bird wanted to fly”.');
    await page.click('#drift-reset');
    await page.locator('#drift-answer', { hasText: '“watch” enters' }).waitFor();
  });

  test('its own token table answers the same expressions', async () => {
    await page.fill('#expression', 'king - man + woman');
    await page.selectOption('#table', 'stories'); // at once: what was typed counts
    await page.locator('#map canvas[aria-label^="Map of 6000 words"]').waitFor();
    expect(await page.locator('#neighbours button .word').allTextContents()).toContain('queen');
    await page.selectOption('#table', 'words');
    await answered(page, 'queen');
  });

  test('words that are not single tokens are named, with a map of that table and a way back', async () => {
    await page.fill('#expression', 'paris - france + italy');
    await answered(page, 'rome');
    await page.selectOption('#table', 'stories');
    const lacking = page.locator('#lacking-text');
    await lacking
      .filter({ hasText: '“paris” (par·is), “france” (fr·ance), and “italy” (it·a·ly) are not single' })
      .waitFor();
    const map = page.locator('#map canvas').last();
    await expect.poll(() => map.getAttribute('aria-label')).toBe('Map of 6000 words');
    expect(await page.locator('#answer').textContent()).toBe('');
    expect(await page.locator('#neighbours button').count()).toBe(0);
    expect(await page.locator('#expression-error').isVisible()).toBe(false);
    await page.locator('#direction-note', { hasText: '“frozen” (fro·zen) is not a single token' }).waitFor();
    expect(await page.locator('#axis li').count()).toBe(0);
    expect(await appearanceProblems(page)).toEqual([]);
    await page.locator('#to-words').press('Enter');
    await answered(page, 'rome');
    expect(await page.inputValue('#table')).toBe('words');
    expect(await lacking.isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('expression');
    await expect.poll(() => map.getAttribute('aria-label')).toBe('Map of 50000 words: paris − france + italy');
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
  });
});

test('an address brings the page back as it was', async () => {
  const hash = '#expression=better+-+good+%2B+bad&view=3d&pairs=walk+walked&words=go+went&method=multiply';
  const other = await app.open(hash);
  await answered(other, 'worse');
  await settled(other);
  expect(await other.locator('#axis .word').allTextContents()).toEqual(['go', 'went']);
  expect(await other.inputValue('#method')).toBe('multiply');
  expect(await other.locator('#views button[value="3d"]').getAttribute('aria-pressed')).toBe('true');
  await other.evaluate(() => {
    location.hash = '';
  });
  await answered(other, 'queen');
  await other.close();
});

test('an address that asks for what is not there is told so', async () => {
  const other = await app.open('#table=ours&view=4d&colour=red&expression=kign&pairs=cat+catz');
  await settled(other);
  await expectError(other, '"kign" is not among the 50000 words');
  await expectError(other, '"catz" is not among the 50000 words');
  expect(await other.locator('#notice').textContent()).toBe(
    'This link asks for Vectors “ours”, which is not available; “GloVe, 50,000 words” is used instead. This link asks for view “4d”, which is not available; “2d” is used instead. This link sets “colour”, which is not a setting of this page.',
  );
  await other.evaluate(() => {
    location.hash = '';
  });
  await answered(other, 'queen');
  expect(await other.locator('#notice').isHidden()).toBe(true);
  await other.close();
});

test('nothing went wrong, and nothing was asked of another server', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});

import { appearanceProblems, expectError, type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import {
  arithmetic,
  complete,
  direction,
  evaluateAnalogies,
  evaluateDirection,
  project,
  type WordVectors,
  wordVectors,
} from '@residual/word-vectors';
import { englishWords } from '@residual/word-vectors-en';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { directions } from '../src/directions.js';
import { examples } from '../src/examples.js';
import { families } from '../src/families.js';
import { leaningOf } from '../src/leaning.js';
import { genders, occupations } from '../src/occupations.js';
import { pairsIn } from '../src/pairs.js';
import { preset } from '../src/settings.js';
import { answered, numbersOf, picture, settled, unfold } from './open.js';

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

const near = (expression: string) => arithmetic(vectors, expression, { topN: 8 }).neighbours;

describe('before the first click', () => {
  test('the page shows the answer to the preset expression and the neighbours that the library finds', async () => {
    expect(await page.locator('#answer').textContent()).toBe('king − man + woman is nearest to queen');
    expect(await answered(page, 'queen')).toEqual(near(preset.expression).map(({ word }) => word));
    const figures = await page.locator('#neighbours button .figure').allTextContents();
    expect(figures).toEqual(near(preset.expression).map(({ similarity }) => similarity.toFixed(3)));
    expect(figures[0]).toBe('0.770');
  });

  test('the numbers of the three words add up to those of the sum, and the arrow keys read others', async () => {
    const { vector, terms } = arithmetic(vectors, preset.expression);
    const [strips, first] = [page.locator('#strips residual-vectors'), page.locator('#strips [role=option]').first()];
    const check = async () => {
      const at = await strips.evaluate(element => (element as HTMLElement & { dimension: number }).dimension);
      const [king, man, woman, sum] = await numbersOf(page);
      expect(sum).toBeCloseTo(vector[at]!, 3);
      expect(king! + man! + woman!).toBeCloseTo(vector[at]!, 2);
      expect(terms.map(({ factor }) => factor)).toEqual([1, -1, 1]);
      return at;
    };
    const largest = await check();
    expect(Math.abs(vector[largest]!)).toBe(Math.max(...vector.map(Math.abs)));
    await first.focus();
    await page.keyboard.press(largest === 99 ? 'ArrowLeft' : 'ArrowRight');
    expect(await check()).not.toBe(largest);
  });

  test('the direction from cat to cats is tested on other pairs and orders numbers', async () => {
    const { checks, words } = directions.number!;
    const plural = direction(vectors, [['cat', 'cats']]);
    const { held, covered } = evaluateDirection(vectors, plural, pairsIn(checks));
    expect(await page.locator('#direction-answer strong').textContent()).toBe(
      `${held} of ${covered} other pairs, ${Math.round((100 * held) / covered)} %`,
    );
    expect(await page.locator('#pairs-figure path').count()).toBe(covered);
    expect(await page.locator('#pairs-figure .wrong').count()).toBe(covered - held);
    expect(await page.locator('#axis .word').allTextContents()).toEqual(
      project(vectors, words.split(' '), plural).map(({ word }) => word),
    );
    await page.locator('#pairs-figure').focus();
    await page.keyboard.press('End');
    expect(await page.locator('#pair-read').textContent()).toMatch(
      /^medium −0\.07 → media −0\.17: against the direction$/,
    );
  });

  test('the map says how it is zoomed until it is used, and has no replay if the visitor prefers stills', async () => {
    expect(await page.locator('#map-hint').textContent()).toBe('Drag to move · click, then scroll to zoom');
    expect(await page.locator('#replay').isVisible()).toBe(false);
  });

  test('the map shows arrows and words', async () => {
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
  test('typing an expression shows its answer and puts it into the address', async () => {
    await page.fill('#expression', 'paris - france + italy');
    expect((await answered(page, 'rome'))[0]).toBe('rome');
    expect(new URL(page.url()).hash).toBe('#expression=paris+-+france+%2B+italy');
  });

  test('the error for an unknown word suggests similar words', async () => {
    await page.fill('#expression', 'kign - man + woman');
    const error = page.locator('#expression-error');
    await expectError(page, 'kign');
    expect(await error.textContent()).toBe('"kign" is not among the 50000 words; there is "king", "sign" and "kin".');
    await page.fill('#expression', 'king - man +');
    await expectError(page, 'The expression ends after "+" at 12');
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await error.isVisible()).toBe(false);
  });

  test('expressions are read as people type them, and the page says how', async () => {
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

  test('an error removes the last answer', async () => {
    await page.fill('#expression', 'zzqqxx - man');
    await expectError(page, '"zzqqxx" is not among the 50000 words.');
    for (const id of ['#answer', '#why', '#shares']) expect(await page.locator(id).textContent()).toBe('');
    expect(await page.locator('#strips').isVisible()).toBe(false);
    expect(await page.locator('#neighbours button').count()).toBe(0);
    const map = page.locator('#map canvas').last();
    expect(await map.getAttribute('aria-label')).toBe('Map of 50000 words');
    const unmarked = await picture(page);
    await page.fill('#expression', 'king - man + woman');
    await answered(page, 'queen');
    expect(await picture(page)).not.toBe(unmarked);
  });

  test('a sum of 1,500 words has a short headline, and all of it can be unfolded', async () => {
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

  test('words are completed with the keyboard', async () => {
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

  test('each example shows the answer of the library and why it works or fails', async () => {
    for (const { expression, why } of examples) {
      await page.locator(`#examples button[value="${expression}"]`).click();
      await answered(page, near(expression)[0]!.word);
      expect(await page.locator('#why').textContent()).toBe(why);
      expect(await page.inputValue('#expression')).toBe(expression);
    }
    expect(near('doctor - man + woman')[0]!.word).toBe('nurse');
    expect(near('bigger - big + cold')[0]!.word).not.toBe('colder');
  });

  test('another method gives the order of the library', async () => {
    await page.fill('#expression', 'king - man + woman');
    await unfold(page, 'settings');
    await page.selectOption('#method', 'euclid');
    const expected = arithmetic(vectors, 'king - man + woman', { method: 'euclid', topN: 8 }).neighbours.map(
      ({ word }) => word,
    );
    await expect.poll(() => page.locator('#neighbours button .word').allTextContents()).toEqual(expected);
    expect(await page.locator('#settings .set').textContent()).toBe(
      'distance (Euclid), axes of this expression, GloVe, 50,000 words',
    );
    await page.selectOption('#method', 'add');
    await answered(page, 'queen');
  });

  test('families of pairs are drawn together, with the share of analogies that come out right', async () => {
    const shareOf = async (name: string) => {
      const { pairs } = families[name]!;
      const questions = pairs.flatMap(to => pairs.filter(from => from !== to).map(from => [...from, ...to] as const));
      return (await evaluateAnalogies(vectors, [{ name, questions }])).accuracy;
    };
    const [capitals, genders] = [await shareOf('capitals'), await shareOf('genders')].map(share =>
      Math.round(100 * share),
    );
    const before = await picture(page);
    await page.locator('#expression').blur(); // closes the list of words
    await page.locator('#families button', { hasText: 'Capitals' }).click();
    await page.locator('#answer strong', { hasText: `${capitals} %` }).waitFor();
    expect(await page.locator('#strips [role=option]').count()).toBe(13);
    const { vector } = direction(vectors, families.capitals!.pairs);
    expect((await numbersOf(page))[12]!).toBeCloseTo(
      vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
      3,
    );
    await page.locator('#families button', { hasText: 'Genders' }).click();
    await page.locator('#answer strong', { hasText: `${genders} %` }).waitFor();
    expect(await page.locator('#answer').textContent()).toBe(`Capitals ${capitals} %, Genders ${genders} % right`);
    expect(new URL(page.url()).hash).toBe('#families=capitals+genders');
    const map = page.locator('#map canvas').last();
    expect(await map.getAttribute('aria-label')).toBe('Map of 50000 words: Capitals, 12 pairs; Genders, 12 pairs');
    expect(await page.locator('#strips [role=option]').count()).toBe(2);
    expect(await picture(page)).not.toBe(before);
    await page.click('#ask button[type=submit]');
    await answered(page, 'queen');
    expect(new URL(page.url()).hash).toBe('');
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

  test('the map is moved by pointer and keyboard, zoomed, and reset', async () => {
    await page.locator('#map').scrollIntoViewIfNeeded();
    const start = await picture(page);
    await drag();
    expect(await page.locator('#map-hint').isVisible()).toBe(false);
    const panned = await picture(page);
    expect(panned).not.toBe(start);
    await page.locator('#map canvas').last().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await picture(page)).not.toBe(panned);
    await page.click('#larger');
    await page.click('#whole');
    expect(await picture(page)).toBe(start);
    await page.locator('#map canvas').last().focus();
    await page.keyboard.press('+');
    expect(await picture(page)).not.toBe(start);
    await page.keyboard.press('0');
    expect(await picture(page)).toBe(start);
  });

  test('the map changes to 3-D and turns, and the address says so', async () => {
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

  test('the map names the word under the pointer and highlights a word chosen in the list', async () => {
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

  test('the axes of all words give another map', async () => {
    const before = await picture(page);
    await page.selectOption('#axes', 'all');
    await expect.poll(() => page.locator('#shares').textContent()).toMatch(/shows 9 %/);
    expect(await picture(page)).not.toBe(before);
    await page.selectOption('#axes', 'expression');
  });
});

describe('directions', () => {
  test('each example direction is measured as in the library', async () => {
    for (const [name, { pairs, checks, note }] of Object.entries(directions).reverse()) {
      await page.locator(`#direction-presets button[value=${name}]`).click();
      await page.locator('#direction-note', { hasText: note }).waitFor();
      const { held, covered } = evaluateDirection(vectors, direction(vectors, pairsIn(pairs)), pairsIn(checks));
      expect(await page.locator('#direction-answer strong').textContent()).toContain(
        `${held} of ${covered} other pairs`,
      );
    }
  });

  test('own pairs and words are ordered, and errors name what is wrong', async () => {
    await unfold(page, 'own');
    await page.fill('#checks', 'mouse elephant\nzzqqxx large');
    await page.fill('#pairs', 'small large\ncold hot');
    await page.fill('#words', 'tiny, huge warm frozen');
    const along = direction(vectors, [
      ['small', 'large'],
      ['cold', 'hot'],
    ]);
    const expected = project(vectors, ['tiny', 'huge', 'warm', 'frozen'], along).map(({ word }) => word);
    await expect.poll(() => page.locator('#axis .word').allTextContents()).toEqual(expected);
    expect(expected.indexOf('tiny')).toBeLessThan(expected.indexOf('huge'));
    expect(await page.locator('#direction-answer strong').textContent()).toMatch(
      /^[01] of 1 other pairs \(1 have unknown words\), \d+ %$/,
    );
    expect(await page.locator('#own .set').textContent()).toBe('small large and 1 more');
    await page.fill('#pairs', 'Small LARGE\nCold hot');
    await page.fill('#words', 'Tiny, huge, warm, frozen');
    await expect.poll(() => page.locator('#axis .word').allTextContents()).toEqual(expected);
    expect(await page.locator('#axis-ends').textContent()).toBe('← SmallLARGE →');
    await page.fill('#pairs', 'small');
    await expectError(page, '“small” has 1 word; each line needs 2.');
    await page.fill('#pairs', 'small lagre');
    await expectError(page, '"lagre" is not among the 50000 words; there is "large"');
    for (const id of ['#axis', '#axis-ends', '#agreement', '#direction-note', '#direction-answer'])
      expect(await page.locator(id).textContent()).toBe('');
    await page.fill('#pairs', 'small large\ncold hot');
    await page.locator('#direction-error').waitFor({ state: 'hidden' });
  });

  test('occupations lean along he and she, which is named as prejudice and survives removal', async () => {
    const { placed, removed } = leaningOf(vectors, genders, occupations, true);
    const words = await page.locator('#bias-line .word').allTextContents();
    expect(words).toEqual(placed.map(({ word }) => word));
    expect(words.indexOf('engineer')).toBeLessThan(words.indexOf('nurse'));
    expect(await page.locator('.bias').textContent()).toContain('not about people');
    await page.click('#bias-remove');
    const said = page.locator('#bias-answer', { hasText: 'rank correlation' });
    await said.waitFor();
    expect(await said.textContent()).toContain(`(rank correlation ${removed!.correlation.toFixed(2)})`);
    expect(removed!.correlation).toBeGreaterThan(0.7);
    expect(removed!.largest).toBeLessThan(1e-6);
    await page.click('#bias-remove');
    await page.locator('#bias-answer', { hasText: 'Without prejudice all would be at 0.' }).waitFor();
  });
});

describe('the storyteller', () => {
  test('the drift view shows the cosine and the next tokens after each layer', async () => {
    expect(await page.locator('#paths.sketch polyline').count()).toBe(2);
    expect(await page.locator('#drift-load').textContent()).toContain('10.3 MB');
    // On a fast line the model loads once the picture is seen.
    await page.locator('#drift-load').evaluate((button: HTMLButtonElement) => button.click());
    await page.locator('#drift-answer', { hasText: 'enters both sentences' }).waitFor();
    const cosines = (await page.locator('#drift-rows td.cosine').allTextContents()).map(Number);
    expect(cosines).toHaveLength(7);
    expect(cosines[0]!).toBeGreaterThan(0.95);
    expect(cosines[6]!).toBeLessThan(0.6);
    const row = page.locator('#drift-rows tr').nth(1);
    expect((await row.locator('.guess').allTextContents())[0]).toMatch(/^TV \d+\s%$/);
    expect(await page.locator('#paths:not(.sketch) circle').count()).toBe(14);
    expect(await page.locator('#drift-offer').isVisible()).toBe(false);
  });

  test('other sentences are compared, and a missing word is an error', async () => {
    await unfold(page, 'sentences');
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

  test('the token table of the storyteller answers expressions too', async () => {
    await page.fill('#expression', 'king - man + woman');
    await page.selectOption('#table', 'stories'); // immediately after typing
    await page.locator('#map canvas[aria-label^="Map of 6000 words"]').waitFor();
    expect(await page.locator('#neighbours button .word').allTextContents()).toContain('queen');
    await page.selectOption('#table', 'words');
    await answered(page, 'queen');
  });

  test('words that are not single tokens are named, with a button back to the table of words', async () => {
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

test('an address restores the settings of the page', async () => {
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

test('a notice names everything in the address that the page cannot follow', async () => {
  const other = await app.open('#table=ours&view=4d&colour=red&expression=kign&pairs=cat+catz');
  await settled(other);
  await expectError(other, '"kign" is not among the 50000 words');
  await expectError(other, '"catz" is not among the 50000 words');
  expect(await other.locator('#notice').textContent()).toBe(
    'This link asks for Vectors “ours”, which is not available; “GloVe, 50,000 words” is used instead. ' +
      'This link asks for view “4d”, which is not available; “2d” is used instead. ' +
      'This link sets “colour”, which is not a setting of this page.',
  );
  await other.evaluate(() => {
    location.hash = '';
  });
  await answered(other, 'queen');
  expect(await other.locator('#notice').isHidden()).toBe(true);
  await other.close();
});

test('the pages had no problems and requested nothing from other servers', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});

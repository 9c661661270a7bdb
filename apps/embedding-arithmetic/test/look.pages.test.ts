import {
  appearanceProblems,
  expectError,
  type OpenApp,
  openApp,
  type Page,
  reachedByTab,
} from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, settled, unfold } from './open.js';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('embedding-arithmetic');
  page = await app.open('#drift=open');
  await settled(page);
  await page.locator('#drift-answer', { hasText: 'enters' }).waitFor();
});
afterAll(() => app?.close());

test('with families, an answer and an error axe-core finds nothing serious and nothing scrolls sideways', async () => {
  await page.locator('#families button', { hasText: 'Capitals' }).click();
  await page.locator('#families button', { hasText: 'Genders' }).click();
  await page.locator('#strips [role=option][aria-label^=Genders]').waitFor();
  expect(await appearanceProblems(page)).toEqual([]);
  await page.fill('#expression', 'king - man + woman ');
  await answered(page, 'queen');
  await unfold(page, 'own');
  await page.fill('#pairs', 'small lagre');
  await expectError(page, '"lagre"');
  expect(await appearanceProblems(page)).toEqual([]);
});

test('Tab reaches every control of the page', async () => {
  await page.locator('#direction-presets button').first().click();
  await page.locator('#pairs-figure').waitFor();
  for (const id of ['settings', 'sentences']) await unfold(page, id);
  const reached = await reachedByTab(page, 76);
  for (const id of [
    'expression',
    'examples',
    'families',
    'map',
    'views',
    'larger',
    'strips',
    'neighbours',
    'method',
    'axes',
    'table',
    'direction-presets',
    'pairs-figure',
    'pairs',
    'checks',
    'words',
    'bias-remove',
    'first',
    'sentences-load',
    'lines',
    'copy',
  ])
    expect(reached).toContain(id);
});

test('arrows move by themselves and on request; a move of the map takes few drawing calls', async () => {
  const other = await app.open('', { reducedMotion: 'no-preference' }, countPlays);
  await settled(other);
  await other.locator('#map:not([data-playing])').waitFor();
  expect(await other.evaluate(() => document.documentElement.dataset.plays)).toBe('1');
  const calls = await other.evaluate(async () => {
    let count = 0;
    for (const { prototype } of [CanvasRenderingContext2D, WebGLRenderingContext, WebGL2RenderingContext])
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype)))
        if (typeof value === 'function')
          Object.defineProperty(prototype, name, {
            value(...given: unknown[]) {
              count++;
              return value.apply(this, given);
            },
          });
    const canvas = document.querySelectorAll<HTMLCanvasElement>('#map canvas')[1]!;
    const frames: number[] = [];
    for (let i = 0; i < 40; i++) {
      count = 0;
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: i % 2 ? 'ArrowLeft' : 'ArrowRight' }));
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
      frames.push(count);
    }
    return frames.sort((a, b) => a - b);
  });
  expect(calls.at(-1)).toBeGreaterThan(0);
  expect(calls[Math.floor(0.95 * calls.length)]!).toBeLessThan(500); // it is 176
  const [end, start] = await other.evaluate(() => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('#map canvas')[1]!;
    const before = canvas.toDataURL();
    document.querySelector<HTMLButtonElement>('#replay')!.click();
    return [before, canvas.toDataURL()];
  });
  expect(start).not.toBe(end);
  await other.close();
  expect(app.problems).toEqual([]);
});

/** Counts how often the map begins to move. */
const countPlays = (page: Page) =>
  page.addInitScript(() => {
    const observer = new MutationObserver(([change]) => {
      const { dataset } = document.documentElement;
      if ((change!.target as Element).hasAttribute('data-playing')) dataset.plays = `${Number(dataset.plays ?? 0) + 1}`;
    });
    observer.observe(document, { subtree: true, attributeFilter: ['data-playing'] });
  });

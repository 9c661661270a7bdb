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

test('with families, and with an answer and an error, axe-core finds nothing serious and nothing scrolls sideways', async () => {
  await page.locator('#families button', { hasText: 'Capitals' }).click();
  await page.locator('#families button', { hasText: 'Genders' }).click();
  await page.locator('#strips residual-vectors').nth(1).waitFor();
  expect(await appearanceProblems(page)).toEqual([]);
  await page.fill('#expression', 'king - man + woman ');
  await answered(page, 'queen');
  await unfold(page, 'own');
  await page.fill('#pairs', 'small lagre');
  await expectError(page, '"lagre"');
  expect(await appearanceProblems(page)).toEqual([]);
});

test('Tab reaches every control of the page', async () => {
  for (const id of ['settings', 'sentences']) await unfold(page, id);
  const reached = await reachedByTab(page, 70);
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
    'copy',
  ])
    expect(reached).toContain(id);
});

test('a move of the map with 50,000 points takes few drawing calls', async () => {
  const other = await app.open();
  await other.locator('#answer strong').waitFor();
  await settled(other);
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
  await other.close();
  expect(app.problems).toEqual([]);
});

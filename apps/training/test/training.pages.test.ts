import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadLora, loadModel } from '@residual/model';
import { expectError, type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

let app: OpenApp;
let page: Page;

const small = '#backend=wasm&depth=1&heads=2&modelDim=16&length=64&batch=2&steps=1000&tuneSteps=3&tuneRate=0.02&rank=2';

beforeAll(async () => {
  app = await openApp('training');
  page = await app.open(`${small}&lineRate=0.05`);
});

afterAll(() => app?.close());

const text = async (id: string) => (await page.locator(`#${id}`).textContent())!;
const numberIn = async (id: string, name: string) =>
  Number(new RegExp(`${name} ([\\d.e+-]+)`).exec(await text(id))?.[1] ?? Number.NaN);
const stepOf = (prefix: string) => numberIn(`${prefix}-figures`, 'step');
const status = (prefix: string, words: RegExp | string) =>
  page.locator(`#${prefix}-status`, { hasText: words }).waitFor();
const reaches = (prefix: string, step: number) => expect.poll(() => stepOf(prefix)).toBeGreaterThanOrEqual(step);
const choose = (name: string) => page.click(`#tab-${name}`);
/** The files of the zip that a button downloads. */
const downloaded = async (button: string) => {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#${button}`)]);
  const path = await download.path();
  const files = new Map(Object.entries(unzipSync(new Uint8Array(readFileSync(path)))));
  return { name: download.suggestedFilename(), path, files };
};

describe('a line', () => {
  const row = (name: string) => page.locator(`#line-${name} td`).allTextContents();

  test('approaches the closed form, which follows a point moved by keyboard', async () => {
    const before = await row('closed');
    await page.locator('#line-plane [role=slider]').first().focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowUp');
    expect(await page.locator('#line-plane [role=slider]').first().getAttribute('aria-valuetext')).toBe(
      'x -4.2, y -0.1',
    );
    const inAddress = () => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('linePoints');
    await expect.poll(inAddress).toMatch(/^-4\.2,-0\.1 /);
    const closed = (await row('closed')).map(Number);
    expect(closed).not.toEqual(before.map(Number));
    await page.click('#line-start');
    await expect.poll(async () => Number((await row('fitted'))[2]) - closed[2]!).toBeLessThan(0.1 * closed[2]!);
    const slope = Number((await row('fitted'))[0]);
    expect(Math.abs(slope - closed[0]!)).toBeLessThan(0.1);
  });

  test('the fitted line follows a point that is dragged', async () => {
    const [last] = (await row('closed')).map(Number);
    const point = page.locator('#line-plane [role=slider]').last();
    const { x, y, width, height } = (await point.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + width / 2, y + height / 2 + 150, { steps: 3 });
    await page.mouse.up();
    const [slope, , loss] = (await row('closed')).map(Number);
    expect(slope).toBeLessThan(last! - 0.05);
    await expect.poll(async () => Number((await row('fitted'))[2])).toBeLessThan(1.2 * loss!);
    await page.click('#line-stop');
    await status('line', 'Stopped');
  });

  test('points are added and removed', async () => {
    const points = page.locator('#line-plane [role=slider]');
    const count = await points.count();
    await page.locator('#line-plane svg').click({ position: { x: 40, y: 40 } });
    expect(await points.count()).toBe(count + 1);
    await points.last().focus();
    await page.keyboard.press('Delete');
    expect(await points.count()).toBe(count);
  });

  test('the error of a diverging run names the learning rate as the reason', async () => {
    await page.fill('#lineRate', '10');
    await page.click('#line-start');
    await expectError(page, 'the learning rate, 10, is too high here');
  });
});

test('a perceptron separates classes that no line separates, and the address names its tab', async () => {
  await choose('perceptron');
  expect(new URL(page.url()).hash).toContain('tab=perceptron');
  expect(await page.locator('#panel-line').isHidden()).toBe(true);
  await page.selectOption('#shape', 'xor');
  await page.click('#net-start');
  await reaches('net', 60);
  expect(await numberIn('net-figures', 'loss')).toBeLessThan(0.5); // of values 1 and -1
  await page.locator('#net-plane [role=slider]').first().focus();
  await page.keyboard.press('Space');
  expect(await page.locator('#net-plane [role=slider]').first().getAttribute('aria-valuetext')).toContain('class −');
  await page.click('#net-stop');
  await status('net', 'Stopped');
});

describe('a character GPT', () => {
  beforeEach(() => choose('gpt'));

  test('learns, pauses, takes another learning rate, and resumes at the same step', async () => {
    await page.click('#gpt-start');
    await reaches('gpt', 12);
    await page.click('#gpt-pause');
    await status('gpt', 'Paused after step');
    await page.waitForTimeout(400); // for a step that is running
    const pausedStep = await numberIn('gpt-status', 'step');
    await expect.poll(() => stepOf('gpt')).toBe(pausedStep);
    const loss = await numberIn('gpt-figures', 'loss');
    await page.fill('#gptRate', '0.01');
    await page.waitForTimeout(400);
    expect(await stepOf('gpt')).toBe(pausedStep);
    await status('gpt', `Paused after step ${pausedStep}.`);
    await page.click('#gpt-pause');
    await reaches('gpt', Math.max(pausedStep + 30, 50)); // a checkpoint is written at 50
    await page.click('#gpt-pause');
    await status('gpt', 'Paused after step');
    expect(await numberIn('gpt-figures', 'rate')).toBe(0.01);
    expect(await numberIn('gpt-figures', 'loss')).toBeLessThan(loss);
    expect(await page.locator('#gpt-chart [role=img]').getAttribute('aria-label')).toMatch(/validation \d/);
    expect(await page.locator('#samples li').count()).toBeGreaterThan(1);
    expect(await text('map-note')).toMatch(/^Nearest to e: \S+ \S+ \S+ \S+ \S+\. /);
    expect(await page.locator('#heads-map [role=option]').count()).toBe(2);
  });

  test('a reloaded page continues from the last checkpoint', async () => {
    await page.reload();
    await status('gpt', 'A run is saved in this browser');
    const savedStep = await numberIn('gpt-status', 'step');
    expect(savedStep % 50).toBe(0);
    const samples = savedStep / 50 + 1;
    expect(await page.locator('#samples li').count()).toBe(samples);
    await page.fill('#steps', `${savedStep + 10}`);
    await page.click('#gpt-continue');
    await status('gpt', `Finished after step ${savedStep + 10}.`);
    const steps = (await page.locator('#samples small').allTextContents()).map(title => Number(/\d+/.exec(title)![0]));
    expect(steps.at(-1)).toBe(0);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => b - a)); // no sample is repeated
    expect(await page.locator('#samples li').count()).toBeGreaterThan(samples);
  });

  test('the downloaded file is a model, which the Generation page opens', async () => {
    const { name, path, files } = await downloaded('gpt-download');
    expect(name).toBe('character-gpt.zip');
    const model = await loadModel(files);
    const { newTokens } = await model.generate('All:', { temperature: 0, maxNewTokens: 8 }).result();
    model.dispose();
    const generation = await app.open();
    await generation.goto(
      new URL('../generation/#backend=wasm&mode=greedy&maxNewTokens=8&prompt=All:&text=All:', page.url()).href,
    );
    await generation.locator('main[data-state=ready]').waitFor();
    await generation.setInputFiles('#files', { name, mimeType: 'application/zip', buffer: readFileSync(path) });
    await generation.locator('#facts', { hasText: '1 layers of 2 heads' }).waitFor();
    await generation.locator('#status', { hasText: 'ended by' }).waitFor();
    const ids = await generation.locator('#story [role=option]:not(.prompt) small').allTextContents();
    expect(ids.map(Number)).toEqual(newTokens);
    expect(await generation.locator('#error').isHidden()).toBe(true);
    await generation.close();
  });

  test('Stop ends and saves the run; a short text and an empty text are errors', async () => {
    await page.fill('#steps', '5000');
    await page.click('#gpt-start');
    await status('gpt', 'Training.');
    await reaches('gpt', 3);
    await page.click('#gpt-stop');
    await status('gpt', 'Stopped after step');
    await page.locator('#gpt-continue').waitFor();
    const buffer = Buffer.from('To be, or not to be');
    await page.setInputFiles('#text-file', { name: 'own.txt', mimeType: 'text/plain', buffer });
    await page.locator('#text-size', { hasText: '19 characters.' }).waitFor();
    await page.click('#gpt-start');
    await expectError(page, 'The text has 19 characters; a context of 64 needs 130 or more');
    await page.fill('#text', '');
    await page.click('#gpt-start');
    await expectError(page, 'The text is empty');
    expect(await page.locator('#gpt-continue').isVisible()).toBe(true);
    await page.click('#gpt-forget');
    await status('gpt', 'The saved run is deleted');
    await page.reload();
    await page.waitForTimeout(300);
    expect(await page.locator('#gpt-continue').isHidden()).toBe(true);
  });
});

test('fine-tuning changes what the storyteller writes; without the adapter it writes the same as before', async () => {
  await choose('tune');
  await page.click('#tune-start');
  await page.click('#tune-stop'); // while it loads
  await status('tune', 'Stopped after step 0.');
  expect(await page.locator('#loading').isHidden()).toBe(true);
  await page.click('#tune-start');
  await status('tune', 'Finished after step 3.');
  const texts = await page.locator('#continuations p').allTextContents();
  expect(texts).toHaveLength(4);
  expect(texts[3]).not.toBe(texts[0]);
  const titles = await page.locator('#continuations small').allTextContents();
  const losses = titles.slice(1).map(title => Number(/loss (.*)$/.exec(title)![1]));
  expect(losses[2]).toBeLessThan(losses[0]!);
  await page.uncheck('#adapted');
  await expect.poll(() => text('written')).toBe(texts[0]);
  await page.check('#adapted');
  await expect.poll(() => text('written')).toBe(texts[3]);
  const { files } = await downloaded('tune-download');
  const model = await loadModel(join(root, 'packages', 'model-stories', 'model'));
  await loadLora(model, files);
  const whole = await model.generate(await page.inputValue('#prompt'), { temperature: 0, maxNewTokens: 40 }).result();
  expect((await page.inputValue('#prompt')) + whole.text).toBe(texts[3]);
  model.dispose();
});

test('a notice names everything in the address that the page cannot follow, and the values that it uses', async () => {
  const other = await app.open('#tab=forest&heads=99&batch=2.4&steps=many&linePoints=here&backend=abacus&colour=red');
  const notice = other.locator('#notice', { hasText: 'Backend' });
  const sentences = (await notice.textContent())!;
  for (const asked of [
    'asks for tab “forest”, which is not available; “line” is used',
    'asks for Heads “99”, which is not available; “16” is used',
    'asks for Steps “many”, which is not available; “1000” is used',
    'asks for Backend “abacus”, which is not available; “auto',
    'holds points that cannot be read',
    'sets “colour”, which is not a setting of this page',
  ])
    expect(sentences).toContain(asked);
  expect(sentences).toMatch(/“2.4”, which is not available; “2” is used/);
  expect(await other.locator('#panel-line').isVisible()).toBe(true);
  await other.click('#notice .dismiss');
  expect(await other.locator('#notice').isHidden()).toBe(true);
  await other.close();
});

test('the pages had no problems and requested nothing from other servers', () => {
  expect({ wrong: app.problems, foreign: app.foreignRequests }).toEqual({ wrong: [], foreign: [] });
});

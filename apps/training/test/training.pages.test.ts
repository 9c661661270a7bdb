import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadLora, loadModel } from '@residual/model';
import { ready } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expectError, type OpenApp, openApp, type Page, root } from '@residual/testkit/pages';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fit } from '../src/work/fitting.js';

let app: OpenApp;
let page: Page;

const small = '#backend=wasm&depth=1&heads=2&modelDim=16&length=64&batch=2&steps=1000&tuneSteps=3&tuneRate=0.02&rank=2';

beforeAll(async () => {
  app = await openApp('training');
  page = await app.open(`${small}&lineRate=0.05`);
  await unfold();
});

afterAll(() => app?.close());

const unfold = () =>
  page.evaluate(() => {
    for (const fold of document.querySelectorAll('details')) fold.open = true;
  });
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
    await point.scrollIntoViewIfNeeded();
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

  test('the ball is put somewhere by keyboard, its height is the loss there, and it rolls down again', async () => {
    const points = page.locator('#line-plane [role=slider]');
    const places = (await points.evaluateAll(all => all.map(one => one.ariaValueText!))).map(said =>
      said.match(/-?[\d.]+/g)!.map(Number),
    );
    const [before, now] = await page.locator('#line-ground canvas').evaluate(canvas => {
      const before = canvas.ariaValueText!;
      canvas.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', shiftKey: true }));
      return [before, canvas.ariaValueText!]; // before it rolls
    });
    const numbersIn = (said: string) =>
      said
        .replaceAll('−', '-')
        .match(/-?[\d.]+/g)!
        .map(Number);
    const [slope, intercept, loss] = numbersIn(now!);
    expect(slope).toBeCloseTo(numbersIn(before!)[0]! - 0.6, 1);
    const squares = places.map(([x, y]) => (slope! * x! + intercept! - y!) ** 2);
    const mean = squares.reduce((sum, square) => sum + square, 0) / squares.length;
    expect(loss).toBeCloseTo(mean, 2);
    await expect.poll(async () => Number((await row('fitted'))[2])).toBeLessThan(mean / 2);
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
  await page.click('#net-shapes button:has-text("Exclusive or")');
  expect(await page.inputValue('#shape')).toBe('xor');
  await page.click('#net-start');
  await reaches('net', 60);
  expect(await numberIn('net-figures', 'loss')).toBeLessThan(0.5); // of values 1 and -1
  await page.locator('#net-plane [role=slider]').first().focus();
  await page.keyboard.press('Space');
  expect(await page.locator('#net-plane [role=slider]').first().getAttribute('aria-valuetext')).toContain('class −');
  await page.click('#net-stop');
  await status('net', 'Stopped');
  const ground = await page.locator('#net-ground canvas').getAttribute('aria-label');
  const [middle, edges] = /loss ([\d.]+) in the middle, ([\d.]+) at the edges/.exec(ground!)!.slice(1).map(Number);
  expect(middle).toBeLessThan(edges!);
});

test('backpropagation goes stage by stage, with the numbers of the library', async () => {
  await choose('backprop');
  await ready();
  const [example, learningRate] = [[1, -1, 1], 0.1] as const;
  const shape = {
    examples: [example],
    inputs: 2,
    hidden: 3,
    optimizer: 'sgd',
    learningRate,
    steps: 1,
    seed: 1,
  } as const;
  const job = fit(shape, new AbortController());
  const { values, gradients, loss } = await job.requests!.backward(example);
  for await (const _ of job.training) void _;
  const after = (await job.requests!.snapshot(Float32Array.from([1, -1]))).outputs[0]!;
  job.dispose!();
  const numbers = async (id: string) =>
    (await text(id))
      .replaceAll('−', '-')
      .match(/-?\d+\.\d\d/g)!
      .map(Number);
  const stage = async (name: string) => {
    await page.locator('#backprop-step', { hasText: `Next: ${name.toLowerCase()}` }).click();
    await status('backprop', `${name}:`);
    return numbers('backprop-status');
  };
  const near = { absolute: 0.006 };
  await expectClose(await stage('Forward'), [values.output[0]!], near);
  await expectClose((await stage('Loss')).slice(-1), [loss], near);
  await expectClose((await stage('Backward')).slice(0, 1), [gradients.output[0]!], near);
  await page.locator('#backprop-step', { hasText: 'Next: update' }).waitFor();
  await page.locator('#backprop-net svg').focus();
  await page.keyboard.press('ArrowRight'); // the weight from the first input to the first neuron
  await expectClose((await numbers('backprop-part')).slice(-2), [gradients.up[0]!, -0.1 * gradients.up[0]!], near);
  await expectClose((await stage('Update')).slice(0, 1), [after], near);
  await page.locator('#backprop-step', { hasText: 'Next: forward' }).waitFor();
  await page.click('#backprop-many');
  await status('backprop', '100 updates later');
  expect(await text('backprop-figures')).toMatch(/^101 updates · mean loss 0\.\d+$/);
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
    expect(await numberIn('gpt-details', 'learning rate')).toBe(0.01);
    expect(await text('gpt-figures')).toMatch(/ of 1,000 · loss [\d.]+( · .* left)?$/);
    expect(await numberIn('gpt-figures', 'loss')).toBeLessThan(loss);
    expect(await page.locator('#gpt-chart [role=img]').getAttribute('aria-label')).toMatch(/validation \d/);
    expect(await page.locator('#samples li').count()).toBeGreaterThan(1);
    expect(await text('map-note')).toMatch(/^Nearest to e: \S+ \S+ \S+ \S+ \S+\. /);
    expect(await page.locator('#heads-map [role=option]').count()).toBe(2);
    await page.click('#gpt-survey');
    await page.locator('#gpt-ground-note', { hasText: 'The ball lies at a loss of' }).waitFor();
    const [middle, edges] = (await text('gpt-ground-note')).match(/\d\.\d+/g)!.map(Number);
    expect(middle).toBeLessThan(edges!);
  });

  test('a reloaded page continues from the last checkpoint', async () => {
    await page.reload();
    await unfold();
    await status('gpt', 'A run is saved in this browser');
    const savedStep = await numberIn('gpt-status', 'step');
    expect(savedStep % 50).toBe(0);
    const samples = savedStep / 50 + 3; // and at 10 and 25
    expect(await page.locator('#samples li').count()).toBe(samples);
    await page.fill('#steps', `${savedStep + 10}`);
    await page.click('#gpt-continue');
    await status('gpt', `Finished after step ${savedStep + 10}.`);
    const steps = (await page.locator('#samples small').allTextContents()).map(title => Number(/\d+/.exec(title)![0]));
    expect(steps.at(-1)).toBe(0);
    expect(steps).toEqual([...new Set(steps)].sort((a, b) => b - a)); // no sample is repeated
    expect(await page.locator('#samples li').count()).toBeGreaterThan(samples);
  });

  test('the downloaded file is a model, and the same files are handed to the page that writes', async () => {
    const { name, files } = await downloaded('gpt-download');
    expect(name).toBe('character-gpt.zip');
    const model = await loadModel(files);
    const { text: written } = await model.generate('All:', { temperature: 0, maxNewTokens: 8 }).result();
    model.dispose();
    expect(written).toHaveLength(8);
    await page.context().route('**/generation/**', route => route.fulfill({ contentType: 'text/html', body: '<p>' }));
    await page.click('#gpt-write');
    await page.waitForURL('**/generation/#handed=true&prompt=All%3A');
    const handed = await page.evaluate(async () => {
      const result = <Value>(request: IDBRequest<Value>) =>
        new Promise<Value>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await result(indexedDB.open('residual-hand-over'));
      const store = database.transaction('files').objectStore('files');
      const files = await result(store.get('latest') as IDBRequest<ReadonlyMap<string, Uint8Array>>);
      return [...files].map(([file, bytes]) => [file, bytes.length] as const);
    });
    expect(new Map(handed)).toEqual(new Map([...files].map(([file, bytes]) => [file, bytes.length])));
    await page.context().unroute('**/generation/**');
    await page.goBack();
    await unfold();
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
    await unfold();
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

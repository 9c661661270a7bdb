import '@residual/backend-wasm';
import { loadModel } from '@residual/model';
import { type LocalHub, startHub } from '@residual/testkit/hub';
import { expectError, expectFailure, type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { preset } from '../src/settings.js';
import { filesOf, newTokens, settled, written } from './open.js';

let app: OpenApp;
let page: Page;
let hub: LocalHub;
const llama = filesOf('fixtures', 'models', 'stories260k');
const short = '#maxNewTokens=8&mode=greedy&pace=fast';

beforeAll(async () => {
  hub = await startHub(llama);
  // where there is no graphics card, its driver on the processor
  app = await openApp('generation', ['--enable-unsafe-webgpu']);
  page = await app.open(`${short}&backend=wasm`);
  await settled(page);
  await page.click('#tab-model');
  await page.click('#other-model summary');
});

afterAll(async () => {
  await app?.close();
  await hub?.close();
});

/** The tokens that a model writes greedily after the prompt of the preset, computed in this process. */
const expectedOf = async (files: typeof llama) => {
  const model = await loadModel(files);
  const { newTokens: ids } = await model.generate(preset.prompt, { temperature: 0, maxNewTokens: 8 }).result();
  model.dispose();
  return ids;
};
const facts = (text: string) => page.locator('#facts', { hasText: text }).waitFor();
const dropOf = (files: ReadonlyMap<string, Uint8Array>) =>
  page.evaluateHandle(
    given => {
      const data = new DataTransfer();
      for (const [name, text] of given) {
        const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
        data.items.add(new File([bytes], name));
      }
      return data;
    },
    [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString('base64')] as const),
  );

describe('another model', () => {
  test('is loaded by dropping its files, and the whole page shows it', async () => {
    await page.dispatchEvent('body', 'drop', { dataTransfer: await dropOf(llama) });
    await facts('The model from your 5 files: llama with 5 layers of 8 heads, 512 tokens, 512 positions, on wasm.');
    await settled(page);
    await written(page);
    expect(await newTokens(page)).toEqual(await expectedOf(llama));
    await page.click('#tab-attention');
    await expect.poll(() => page.locator('#heads [role=option]').count()).toBe(40);
    await page.click('#tab-model');
    expect(await page.locator('#story .prompt span').allTextContents()).toContain('upon');
  });

  test('is taken over from the training page; the page says where there is none', async () => {
    const ask = (handed: boolean) =>
      page.evaluate(
        hash => {
          location.hash = hash;
        },
        `${short}&backend=wasm&chapter=model${handed ? '&handed=true' : ''}`,
      );
    await ask(true);
    await page.locator('#notice', { hasText: 'has handed over no model in this browser' }).waitFor();
    await facts('The storyteller of this page');
    await settled(page);
    await ask(false);
    await settled(page);
    await page.evaluate(
      async data => {
        const opening = indexedDB.open('residual-hand-over', 1); // as `handOver` of appkit
        await new Promise(resolve => {
          opening.onsuccess = resolve;
        });
        const names = [...data.files].map(file => file.name);
        const bytes = await Promise.all([...data.files].map(async file => new Uint8Array(await file.arrayBuffer())));
        const transaction = opening.result.transaction('files', 'readwrite');
        transaction.objectStore('files').put(new Map(names.map((name, i) => [name, bytes[i]])), 'latest');
        await new Promise(resolve => {
          transaction.oncomplete = resolve;
        });
        opening.result.close();
      },
      await dropOf(llama),
    );
    await ask(true);
    await facts('The model from your 5 files: llama');
    await settled(page);
    await written(page);
    expect(await newTokens(page)).toEqual(await expectedOf(llama));
  });

  test('broken files are errors, and the current model stays', async () => {
    const broken = new Map([['config.json', Buffer.from('{ "model_type": ')]]);
    await page.dispatchEvent('body', 'drop', { dataTransfer: await dropOf(broken) });
    await expectError(page, 'config.json of the source (1 file) is not JSON');
    const file = { name: 'tokenizer.json', mimeType: 'application/json', buffer: Buffer.from('{}') };
    await page.setInputFiles('#files', [file]);
    await expectError(page, 'the source (1 file) has no config.json');
    const cut = new Map([...llama].map(([name, bytes]) => [name, name.endsWith('s') ? bytes.slice(0, 5000) : bytes]));
    await page.dispatchEvent('body', 'drop', { dataTransfer: await dropOf(cut) });
    await expectError(page, /safetensors|bytes/);
    const marian = filesOf('fixtures', 'checkpoints', 'marian');
    await page.dispatchEvent('body', 'drop', { dataTransfer: await dropOf(marian) });
    await expectError(page, 'marian writes a new text from a source');
    const mute = filesOf('fixtures', 'checkpoints', 'gpt2');
    await page.dispatchEvent('body', 'drop', { dataTransfer: await dropOf(mute) });
    await expectError(page, 'needs the tokenizer.json of the model too');
    await page.locator('#controls').evaluate((form: HTMLFormElement) => form.requestSubmit());
    await written(page);
    expect(await newTokens(page)).toHaveLength(8);
    expect(await page.locator('#facts').textContent()).toContain('llama');
  });

  test('is loaded by its id from a hub, which gets no request before', async () => {
    await page.fill('#model', 'someone/tale');
    await page.fill('#hub', hub.endpoint);
    await page.waitForTimeout(300);
    expect(hub.requests).toEqual([]);
    expect(app.foreignRequests).toEqual([]);
    await page.click('#load');
    await facts('someone/tale: llama');
    expect(await page.locator('#need').textContent()).toMatch(
      /^This model has [\d.]+ million weights: 1\.0 MB of files, and [\d.]+ MB of memory, 32\.0 bits for each weight/,
    );
    await settled(page);
    await written(page);
    expect(await newTokens(page)).toEqual(await expectedOf(llama));
    expect(hub.requests.some(asked => asked.includes('model.safetensors'))).toBe(true);
    await expect.poll(() => new URLSearchParams(new URL(page.url()).hash.slice(1)).get('model')).toBe('someone/tale');
  });

  test('an id in the address alone requests nothing', async () => {
    const before = hub.requests.length;
    const shared = await app.open(
      `${short}&model=someone%2Ftale&hub=${encodeURIComponent(hub.endpoint)}&backend=abacus&seed=many`,
    );
    await settled(shared);
    const notice = await shared.locator('#notice').textContent();
    expect(notice).toContain(
      'This link asks for the model someone/tale: press “Load model” in the chapter “The model” to fetch it from',
    );
    expect(notice).toContain('This link asks for Backend “abacus”, which is not available; “auto');
    expect(notice).toContain('This link asks for Seed “many”, which is not available; “7” is used instead.');
    await shared.click('#notice .dismiss');
    expect(await shared.locator('#notice').isHidden()).toBe(true);
    expect(hub.requests.length).toBe(before);
    expect(await shared.locator('#facts').textContent()).toContain('gpt2');
    await shared.close();
  });

  test('loading shows bytes and can be cancelled; a source without a model is an error', async () => {
    const loadingTexts = page.evaluate(
      () =>
        new Promise<string[]>(resolve => {
          const place = document.getElementById('loading-text')!;
          const texts: string[] = [];
          const watch = new MutationObserver(() => {
            texts.push(place.textContent!);
            if (texts.at(-1)!.includes('the model:')) resolve(texts);
          });
          watch.observe(place, { childList: true });
        }),
    );
    await page.fill('#model', `${hub.endpoint}/plain`);
    await page.click('#load');
    const texts = await loadingTexts;
    expect(texts.at(-1)).toMatch(/^Loading the model: [\d.]+ of 1\.0 MB$/);
    await facts(`${hub.endpoint}/plain: llama`);
    await settled(page);

    hub.isDown = true;
    expectFailure(page, /127\.0\.0\.1|localhost|Failed to load resource/); // the local hub
    await page.fill('#model', 'someone/other');
    await page.click('#load');
    await expectError(page, 'does not answer');
    hub.isDown = false;
    await page.click('#load');
    await expectError(page, 'has no model someone/other at main: status 404');
    hub.stallAfter = 20_000; // the texts come, the weights do not
    await page.fill('#model', 'someone/tale');
    await page.fill('#hub', hub.endpoint.replace('127.0.0.1', 'localhost')); // for which nothing is stored
    await page.click('#load');
    await page.locator('#loading-text', { hasText: 'the model:' }).waitFor();
    await page.click('#cancel');
    await page.locator('#status', { hasText: 'The model was not loaded.' }).waitFor();
    expect(await page.locator('#loading').isHidden()).toBe(true);
    expect(await page.locator('#facts').textContent()).toContain('llama');
    expect(await page.locator('#error').isHidden()).toBe(true);
    hub.stallAfter = undefined;
    await page.fill('#model', '');
    await page.click('#load');
    await facts('The storyteller of this page');
    await settled(page);
  });
});

test('after a cancelled load or a lost connection, the model can be loaded again by keyboard', async () => {
  const patient = await app.open(`${short}&backend=wasm`, {}, fresh =>
    fresh.route('**/models/stories/*', route => route.abort()),
  );
  expectFailure(patient, /stories|Failed to load resource/);
  await expectError(patient, 'does not answer');
  await patient.locator('#status', { hasText: 'The model was not loaded.' }).waitFor();
  expect(await patient.locator('#loading-text').textContent()).toContain('The model is not loaded');
  let wait = () => {};
  await patient.unroute('**/models/stories/*');
  await patient.route('**/models/stories/model.safetensors', async route => {
    await new Promise<void>(resolve => {
      wait = resolve;
    });
    await route.continue().catch(() => {});
  });
  await patient.locator('#cancel', { hasText: 'Load again' }).focus();
  await patient.keyboard.press('Enter');
  await patient.locator('#cancel', { hasText: 'Cancel' }).waitFor();
  await patient.keyboard.press('Enter');
  await patient.locator('#cancel', { hasText: 'Load again' }).waitFor();
  expect(await patient.locator('#error').isHidden()).toBe(true);
  wait();
  await patient.unroute('**/models/stories/model.safetensors');
  await patient.keyboard.press('Enter');
  await settled(patient);
  await written(patient);
  expect(await newTokens(patient)).toHaveLength(8);
  expect(await patient.locator('#loading').isHidden()).toBe(true);
  await patient.close();
});

test('every offered backend writes the same story', async () => {
  const backends = await page
    .locator('#backend option')
    .evaluateAll(all => all.map(one => (one as HTMLOptionElement).value));
  expect(backends).toEqual(expect.arrayContaining(['auto', 'wasm', 'webgl', 'webgpu']));
  const expected = await expectedOf(filesOf('packages', 'model-stories', 'model'));
  for (const backend of ['webgl', 'webgpu', 'wasm']) {
    await page.selectOption('#backend', backend);
    await facts(`on ${backend}.`);
    await settled(page);
    await written(page);
    expect(await newTokens(page)).toEqual(expected);
    await expect.poll(() => page.url()).toContain(`backend=${backend}`);
  }
});

test('the pages had no problems and requested nothing from other servers than the hub', () => {
  expect(app.problems).toEqual([]);
  const hosts = new Set(app.foreignRequests.map(url => new URL(url).hostname));
  expect([...hosts].sort()).toEqual(['127.0.0.1', 'localhost']);
});

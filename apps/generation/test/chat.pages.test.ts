import { appearanceProblems, type OpenApp, openApp, type Page } from '@residual/testkit/pages';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { filesOf, newTokens, settled, written } from './open.js';

const template =
  '{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}' +
  'assistant:{% endif %}';

let app: OpenApp;
let page: Page;

beforeAll(async () => {
  app = await openApp('generation');
  page = await app.open('#backend=wasm&pace=fast&mode=greedy&maxNewTokens=4&chapter=chat');
  await settled(page);
  await written(page);
});
afterAll(() => app?.close());

/** The files of a small model that has a chat template, although it tells stories. */
function talker(): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>(filesOf('fixtures', 'models', 'stories260k'));
  const config = JSON.parse(new TextDecoder().decode(files.get('tokenizer_config.json')));
  return files.set('tokenizer_config.json', Buffer.from(JSON.stringify({ ...config, chat_template: template })));
}

test('a model without a template says so; one with a template answers, shows its prompt and takes back', async () => {
  expect(await page.locator('#chat-none').textContent()).toContain('was not trained to answer');
  expect(await page.locator('#chat-send').isDisabled()).toBe(true);

  await page.click('#tab-model');
  await page.click('#other-model summary');
  const files = [...talker()].map(([name, bytes]) => ({
    ...{ name, buffer: Buffer.from(bytes), mimeType: 'application/octet-stream' },
  }));
  await page.setInputFiles('#files', files);
  await page.locator('#facts', { hasText: 'llama with 5 layers' }).waitFor();
  await settled(page);
  await page.click('#tab-chat');
  await page.locator('#chat-message:enabled').fill('Hi there');
  await page.keyboard.press('Enter');
  await page.locator('#chat-log residual-tokens [role=option]').nth(5).waitFor();
  await page.click('#chat-stop');
  await page.locator('#chat-send:enabled').waitFor();
  await page.click('#chat-prompt-fold summary');
  expect(await page.locator('#chat-prompt').inputValue()).toBe('user: Hi there\nassistant:');
  await page.locator('#chat-log residual-tokens [role=option]').nth(3).hover();
  await page.locator('#chat-bars caption', { hasText: 'Instead of token 4 of the answer' }).waitFor();
  expect(await page.locator('#chat-bars tbody tr').count()).toBe(10);
  expect(await page.locator('#chat-bars tr.chosen').count()).toBe(1);
  expect(await appearanceProblems(page)).toEqual([]);
  await page.click('#chat-undo');
  expect(await page.locator('#chat-log li').count()).toBe(0);
  expect(await page.locator('#chat-message').inputValue()).toBe('Hi there');
  expect(await newTokens(page)).toHaveLength(4); // the story is still there
});

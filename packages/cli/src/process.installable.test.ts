import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findAdapter } from './machine/adapter.js';
import { findChrome } from './machine/chrome.js';
import { fixture } from './testing/printed.js';

const bin = fileURLToPath(new URL('../bin/residual.js', import.meta.url));
const stories = ['generate', '--model', fixture('models/stories260k'), '--prompt', 'Once', '--temperature', '0'];

/** Runs the built command as a process of its own; `onOutput` sees what it writes, as it comes. */
const start = (
  args: readonly string[],
  onOutput: (child: ReturnType<typeof spawn>, out: string) => void = () => {},
  input?: string,
) =>
  new Promise<{ code: number | null; signal: string | null; out: string; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    child.stdin?.write(input); // and left open
    let [out, errors] = ['', ''];
    child.stdout!.on('data', data => {
      out += data;
      onOutput(child, out);
    });
    child.stderr!.on('data', data => {
      errors += data;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out, errors }));
  });

test.each(['cpu', 'wasm'])('%s writes one object to standard output and nothing beside it', async backend => {
  const { code, out, errors } = await start([...stories, '--max-new-tokens', '4', '--json', '--backend', backend]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(JSON.parse(out)).toMatchObject({ text: 'Once upon a time,', backend });
});

test.skipIf(findAdapter(findChrome()) === undefined)('webgpu too, under whatever driver there is', async () => {
  const { code, out } = await start([...stories, '--max-new-tokens', '4', '--json', '--backend', 'webgpu']);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ text: 'Once upon a time,', backend: 'webgpu' });
});

test('Ctrl-C ends a text in the middle, with exit code 130', async () => {
  let interrupted = false;
  const { code, out, errors } = await start([...stories, '--max-new-tokens', '500'], (child, text) => {
    if (interrupted || text.length < 30) return;
    interrupted = child.kill('SIGINT');
  });
  expect({ code, errors }).toEqual({ code: 130, errors: '' });
  expect(out).toMatch(/^Once upon a time, there was/);
  expect(out.length).toBeLessThan(1000); // 500 tokens are some 1,400 characters
});

test('a reader that goes away ends it quietly', async () => {
  const { code, errors } = await start([...stories, '--max-new-tokens', '500'], child => child.stdout!.destroy());
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

test('with --batch 1 a line on standard input is answered while the input goes on; Ctrl-C ends the waiting', async () => {
  const translate = ['translate', '--model', fixture('../packages/model-en-fr/model'), '--batch', '1'];
  const onOutput = (child: ReturnType<typeof spawn>, text: string) => {
    if (text.endsWith("C'est cher.\n")) child.kill('SIGINT');
  };
  expect(await start(translate, onOutput, 'He refused to pay.\n\nThis is expensive.\n')).toMatchObject({
    code: 130,
    out: "Il refusa de payer.\n\nC'est cher.\n",
    errors: '',
  });
});

test('an error is one sentence', async () => {
  const args = ['generate', '--model', './nowhere'];
  const message = 'loadModel: ./nowhere is neither a folder that exists, nor a URL, nor an id such as owner/name';
  expect(await start(args)).toMatchObject({ code: 1, out: '', errors: `residual: ${message}\n` });
});

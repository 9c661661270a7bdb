import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { findAdapter } from './machine/adapter.js';
import { findChrome } from './machine/chrome.js';
import { fixture } from './testing/run-command.js';

const bin = fileURLToPath(new URL('../bin/residual.js', import.meta.url));
const stories = ['generate', '--model', fixture('models/stories260k'), '--prompt', 'Once', '--temperature', '0'];

/** Runs Node as a process of its own; `onOutput` sees what it writes, as it comes. */
const startNode = (
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  onOutput: (child: ReturnType<typeof spawn>, out: string) => void = () => {},
  input?: string | { readonly text: string },
) =>
  new Promise<{ code: number | null; signal: string | null; out: string; errors: string }>((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    child.stdin?.on('error', () => {}); // nobody need read it
    if (typeof input === 'string')
      child.stdin!.write(input); // and left open
    else if (input) child.stdin!.end(input.text);
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

/** Runs the built command. */
const start = (
  args: readonly string[],
  onOutput?: Parameters<typeof startNode>[2],
  input?: Parameters<typeof startNode>[3],
  environment?: Readonly<Record<string, string>>,
) => startNode([bin, ...args], environment, onOutput, input);

test.each(['cpu', 'wasm'])('%s writes one object to standard output and nothing beside it', async backend => {
  const { code, out, errors } = await start([...stories, '--max-new-tokens', '4', '--json', '--backend', backend]);
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  expect(JSON.parse(out)).toMatchObject({ text: 'Once upon a time,', backend });
});

test.skipIf(findAdapter(findChrome()) === undefined)('webgpu writes one object too, on any driver', async () => {
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

test('a reader that closes the pipe ends the command without an error', async () => {
  const { code, errors } = await start([...stories, '--max-new-tokens', '500'], child => child.stdout!.destroy());
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});

test('with --batch 1 a line is translated before the next one comes; Ctrl-C ends the waiting', async () => {
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

const script = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
const folder = mkdtempSync(join(tmpdir(), 'residual-loads-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The environment of a process that writes the URL of each module that it loads into a file. */
const withHook = (file: string) => {
  const hook = script(`import { appendFileSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  appendFileSync(${JSON.stringify(join(folder, file))}, found.url + '\\n');
  return found;
}`);
  return {
    NODE_OPTIONS: `--import=${script(`import { register } from 'node:module'; register(${JSON.stringify(hook)});`)}`,
  };
};

/** The packages that such a process loaded, and our own, by name. */
const packagesIn = (file: string): string[] => {
  const urls = readFileSync(join(folder, file), 'utf8').split('\n');
  const name = (url: string) =>
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? /\/packages\/([^/]+)\//.exec(url)?.[1] ?? url;
  return [...new Set(urls.filter(url => url !== '' && !/^(?:node|data):/.test(url)).map(name))].sort();
};

const light = [
  '--version',
  '--help',
  'help generate',
  ...['generate', 'translate', 'analogy', 'parity', 'describe', 'tokenize', 'train-tokenizer'].map(
    name => `${name} --help`,
  ),
  ...['', 'lm ', 'translation ', 'images ', 'analogies ', 'similarity '].map(name => `evaluate ${name}--help`),
  ...['', 'lm ', 'seq2seq ', 'lora '].map(name => `train ${name}--help`),
];
test('versions and helps are told without loading anything that computes', async () => {
  const main = new URL('../dist/main.js', import.meta.url).href;
  const { code, out, errors } = await startNode(
    [
      '--input-type=module',
      '--eval',
      `const { run } = await import(${JSON.stringify(main)});
for (const line of ${JSON.stringify(light)}) {
  process.stdout.write('\\0');
  if (await run(line.split(' ')) !== 0) process.exitCode = 1;
}`,
    ],
    withHook('helps'),
  );
  const packages = packagesIn('helps');
  expect({ code, errors, packages }).toEqual({
    code: 0,
    errors: '',
    packages: expect.arrayContaining(['cli', 'commander']),
  });
  expect(packages.filter(name => !['base', 'cli', 'commander'].includes(name))).toEqual([]);
  const answers = out.split('\0').slice(1);
  expect(answers).toHaveLength(light.length);
  for (const [index, answer] of answers.entries())
    expect(answer).toMatch(light[index] === '--version' ? /^\d+\.\d+\.\d+\n$/ : /^Usage: residual/);
});

test('a command loads what it needs, and nothing for browsers', async () => {
  const { code, errors } = await start([...stories, '--max-new-tokens', '1'], undefined, undefined, withHook('story'));
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const packages = packagesIn('story');
  expect(packages).toEqual(expect.arrayContaining(['model', 'tensor', 'backend-wasm', '@tensorflow/tfjs-core']));
  for (const name of ['playwright-core', 'sirv', 'yaml', 'train-tokenizer', 'backend-webgl', 'backend-webgpu'])
    expect(packages).not.toContain(name);
});

test('a prompt comes through a pipe, from a file, or not at all', async () => {
  const args = ['generate', '--model', fixture('models/stories260k'), '--temperature', '0', '--max-new-tokens', '4'];
  const output = { code: 0, out: 'Once upon a time,\n', errors: '' };
  expect(await start(args, undefined, { text: 'Once\n' })).toMatchObject(output);
  expect(await start([...args, '--prompt', '-'], undefined, { text: 'Once\n' })).toMatchObject(output);
  expect(await start([...args, '--prompt', 'Once'], undefined, { text: 'Never\n' })).toMatchObject(output);
  expect(await start(args, undefined, { text: '' })).toMatchObject({
    code: 1,
    out: '',
    errors: expect.stringMatching(/^residual: generate: nothing came on standard input; pipe a text in/),
  });
  const unprompted = await start(args); // behind /dev/null
  expect(unprompted).toMatchObject({ code: 0, out: expect.stringMatching(/\S/), errors: '' });
});

import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { printable } from '@residual/base';
import { afterEach, expect, test, vi } from 'vitest';
import { fixture, runCommand } from '../testing/run-command.js';
import { columns, printableName } from './format.js';
import { printText } from './output.js';
import { progressLine } from './progress.js';

afterEach(() => vi.restoreAllMocks());

/** Clears the screen, sets a title, in C0 and in C1, overrides the direction of writing. */
const hostile = '\u001b[2Jred\u001b]0;title\u0007 \u009b31m\u007f \u202eevil\u202c\u2066x\u2069\r\b';

test('control characters are escaped, and nothing else', () => {
  expect(printable(hostile)).toBe(
    '\\u001b[2Jred\\u001b]0;title\\u0007 \\u009b31m\\u007f \\u202eevil\\u202c\\u2066x\\u2069\\u000d\\u0008',
  );
  const plain = 'née 数 👩‍👩‍👧 \u200f\u061c\u00a0\u00ad שלום\n\ttab';
  expect(printable(plain)).toBe(plain);
  expect(printableName('a\nb\tc\u001b')).toBe('a\\nb\\tc\\u001b');
  expect(JSON.parse(printable(JSON.stringify({ [hostile]: hostile })))).toEqual({ [hostile]: hostile });
  expect(
    columns([
      ['a\nb', '\u001b[1m'],
      ['c', 'd'],
    ]),
  ).toBe('a\\nb  \\u001b[1m\nc     d');
});

test('a text is written unchanged to a pipe, and with escaped control characters to a terminal', () => {
  const output: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation(text => output.push(String(text)) > 0);
  const { isTTY } = process.stdout;
  try {
    for (const terminal of [false, true]) {
      process.stdout.isTTY = terminal;
      printText('\u001b[2J');
    }
  } finally {
    process.stdout.isTTY = isTTY;
  }
  expect(output).toEqual(['\u001b[2J', '\\u001b[2J']);
});

test('the name of a file is escaped in the progress line', () => {
  const output: string[] = [];
  vi.spyOn(process.stderr, 'write').mockImplementation(text => output.push(String(text)) > 0);
  const { isTTY } = process.stderr;
  process.stderr.isTTY = true;
  try {
    progressLine().loading({ stage: 'bytes', file: 'model\u001b[2J\n.safetensors', done: 1e6, total: 2e6 });
  } finally {
    process.stderr.isTTY = isTTY;
  }
  expect(output).toEqual(['\rmodel\\u001b[2J\\n.safetensors: 1.0 MB of 2.0 MB']);
});

test('names from files are escaped: words, tokens, and configs in errors', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'residual-output-'));
  const escapes = /(?![\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u;
  try {
    const vectors = join(folder, 'words.txt');
    await writeFile(vectors, `king 1 0\nqueen\u001b[2J\u202e 1 0.1\nman\u009b31m 0 1\n`);
    const config = join(folder, 'config.json');
    await writeFile(config, JSON.stringify({ model_type: 'gpt\u001b[2J\u009b\u202e' }));
    const settings = JSON.parse(readFileSync(fixture('models/stories260k/tokenizer.json'), 'utf8'));
    settings.added_tokens.push({ id: 600, content: '<\u001b[2J\u202e>', special: true });
    const tokenizer = join(folder, 'tokenizer.json');
    await writeFile(tokenizer, JSON.stringify(settings));
    const commands = [
      ['analogy', '--vectors', vectors, 'king'],
      ['analogy', '--vectors', vectors, 'king', '--json'],
      ['describe', config],
      ['tokenize', '--tokenizer', tokenizer, '--text', 'a <\u001b[2J\u202e> b'],
    ];
    for (const command of commands) {
      const { out, errors } = await runCommand(...command);
      const all = out + errors;
      expect(all, command.join(' ')).toContain('\\u001b[2J');
      expect(escapes.test(all), JSON.stringify(all)).toBe(false);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('no other file writes to standard output or standard error', () => {
  const source = fileURLToPath(new URL('..', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    path => /\.ts$/.test(path) && !/\.test\.ts$|testing|^terminal\/|adapter\.ts$/.test(path),
  );
  const writing = files.filter(path =>
    /console\.|(stdout|stderr)\.write/.test(readFileSync(join(source, path), 'utf8')),
  );
  expect(writing).toEqual([]);
});

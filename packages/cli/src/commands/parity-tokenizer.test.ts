import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inFolder, unpackFixture } from '../testing/folders.js';
import { runCommand } from '../testing/run-command.js';

const bert = 'tokenizers/wordpiece-bert';
let folders: string;
let source: string;
beforeAll(async () => {
  folders = await mkdtemp(join(tmpdir(), 'residual-tokenizers-'));
  source = await unpackFixture(bert, join(folders, 'bert'));
});
afterAll(() => rm(folders, { recursive: true }));

const properties = ['ids', 'tokens', 'offsets_codepoints', 'special_tokens_mask', 'decoded', 'decoded_with_special'];
const names = [
  ...properties.map(name => `with_special.${name}`),
  ...properties.map(name => `plain.${name}`),
  ...['ids', 'type_ids', 'tokens', 'attention_mask'].map(name => `pairs.${name}`),
  ...['ids', 'attention_mask', 'overflowing'].map(name => `truncate16_pad24.${name}`),
];

test('a folder with a tokenizer is compared in everything that its references hold', async () => {
  const { code, out } = await runCommand('parity', '--json', source);
  const { pass, checks, skipped } = JSON.parse(out);
  expect([code, pass, skipped]).toEqual([0, true, []]);
  expect(checks.map(({ name }: { name: string }) => name)).toEqual(names);
  const gpt2 = await unpackFixture('tokenizers/bpe-gpt2', join(folders, 'gpt2'));
  const table = (await runCommand('parity', source, gpt2)).out;
  expect(table).toMatch(/^with_special\.ids +53 +agrees$/m);
  expect(table.match(/19 of 19 agree/g)).toHaveLength(2);
});

interface Golden {
  cases: { text: string; plain: { ids: number[]; [name: string]: unknown } }[];
  [name: string]: unknown;
}

test('differences are counted and the first is shown; --golden names another file', () =>
  inFolder(async root => {
    const golden = JSON.parse(readFixtureText(`${bert}/golden.json`)) as Golden;
    golden.cases = golden.cases.slice(3, 8);
    golden.pairs = [];
    golden.truncate16_pad24 = [];
    golden.cases[1]!.plain.ids = [7];
    golden.cases[3]!.plain.ids = [7];
    golden.cases[2]!.plain.surprise = 1;
    const file = join(root, 'other.json');
    await writeFile(file, JSON.stringify(golden));
    const { code, out } = await runCommand('parity', '--golden', file, source);
    expect(code).toBe(1);
    expect(out).toMatch(/^plain\.ids +5 +DIFFERS in 2: "/m);
    expect(out).toMatch(/^plain\.surprise +1 +DIFFERS in 1: this version computes nothing of that name$/m);
    expect(out).toContain('\n11 of 13 agree\n');
  }));

test('a file that cannot be compared is an error that says why', () =>
  inFolder(async root => {
    const folder = await unpackFixture(bert, join(root, 'bert'));
    const failure = async (...args: string[]) => (await runCommand('parity', ...args)).errors;
    const file = join(root, 'golden.json');
    await writeFile(file, '{"cases": []}');
    expect(await failure('--golden', file, folder)).toBe(`residual: parity: ${file} holds no cases of a tokenizer\n`);
    await writeFile(file, '{"cases": [{"text": "a"}, {"text": "a", "plain": null}]}');
    expect(await failure('--golden', file, folder)).toBe(
      `residual: parity: cases[1] of ${file} must be {"text": "...", "plain": {...}}\n`,
    );
    await writeFile(file, '[]');
    expect(await failure('--golden', file, folder)).toBe(`residual: parity: ${file} is not an object\n`);
    await writeFile(file, '{');
    expect(await failure('--golden', file, folder)).toMatch(/^residual: parity: .*golden\.json is not JSON: /);
    expect(await failure('--golden', file, folder, folder)).toBe(
      'residual: parity: --golden is of one folder; here are 2\n',
    );
    expect(await failure('--dump', join(root, 'out'), folder)).toBe(
      `residual: parity: --dump writes tensors; ${folder} is compared as a tokenizer, which has none\n`,
    );
    await writeFile(join(folder, 'tokenizer.json'), '{}');
    expect(await failure(folder)).toMatch(/^residual: tokenizer: model must be an object/);
  }));

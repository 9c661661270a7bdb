import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFixture, readFixtureText } from '@residual/testkit/read-fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unpackFixture } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const gpt2 = fixture('tokenizers/bpe-gpt2/tokenizer.json');
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-tokenize-'));
});
afterAll(() => rm(root, { recursive: true }));

const writeTo = async (name: string, content: string | Uint8Array) => {
  const path = join(root, name);
  await writeFile(path, content);
  return path;
};

test('a text is shown as a table of ids, tokens and offsets', async () => {
  const { code, out } = await runCommand('tokenize', '--tokenizer', gpt2, '--text', 'the 🙂');
  expect([code, out]).toEqual([
    0,
    'id   token  offset\n84   "t"    0–1\n258  "he"   1–3\n221  "Ġ"    3–4\n173  "ð"    4–5\n' +
      '254  "Ł"    4–5\n248  "Ļ"    4–5\n225  "Ĥ"    4–5\n7 tokens\n',
  ]);
});

test('an empty text has special tokens only', async () => {
  expect((await runCommand('tokenize', '--tokenizer', gpt2, '--text', '')).out).toBe('0 tokens\n');
  const bert = fixture('tokenizers/wordpiece-bert');
  expect((await runCommand('tokenize', '--tokenizer', bert, '--text', '')).out).toContain('\n2 tokens\n');
  expect((await runCommand('tokenize', '--tokenizer', bert, '--text', '', '--no-special')).out).toBe('0 tokens\n');
});

interface Golden {
  readonly cases: readonly (Record<'with_special' | 'plain', Record<string, unknown>> & { readonly text: string })[];
}

test.each(['bpe-llama2', 'wordpiece-bert', 'unigram-t5'])(
  'lines of JSON give the same as the reference: %s',
  async name => {
    const { cases } = JSON.parse(readFixtureText(`tokenizers/${name}/golden.json`)) as Golden;
    const rows = cases.flatMap(each => [
      { text: each.text, special: true, expected: each.with_special },
      { text: each.text, special: false, expected: each.plain },
    ]);
    const lines = rows.map(({ text, special }) => JSON.stringify({ text, special }));
    const file = await writeTo(`${name}.jsonl`, `${lines.join('\n')}\n`);
    const folder = await unpackFixture(`tokenizers/${name}`, join(root, name));
    const { code, out } = await runCommand('tokenize', '--tokenizer', folder, '--jsonl', file);
    expect(code).toBe(0);
    const results = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(results).toEqual(
      rows.map(({ expected }) => ({
        ids: expected.ids,
        tokens: expected.tokens,
        offsets: expected.offsets_codepoints,
        decoded: expected.decoded,
      })),
    );
  },
);

test('a line of JSON may have any character, and empty lines are skipped', async () => {
  const file = await writeTo('odd.jsonl', `{"text": "a\u2028b"}\n\n{"text": "a\\u0000", "special": false}`);
  const { out } = await runCommand('tokenize', '--tokenizer', gpt2, '--jsonl', file);
  const rows = out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).decoded);
  expect(rows).toEqual(['a\u2028b', 'a\0']);
});

test('a SentencePiece model gives the ids of its own library', async () => {
  const model = await writeTo('llama.model', readFixture('sentencepiece/own/bpe-llama.model'));
  const { out } = await runCommand('tokenize', '--tokenizer', model, '--text', 'the <s>', '--json');
  const { tokens, decoded } = JSON.parse(out);
  expect([tokens, decoded]).toEqual([['▁the', '▁', '<0x3C>', 's', '<0x3E>'], 'the <s>']);
});

test('a rank file is recognised by its name or its size, and --file reads a whole file', async () => {
  const bytes = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
  const ranks = await writeTo('r50k_base.tiktoken', `${bytes.join('\n')}\n`);
  const text = await writeTo('text.txt', 'a\nb');
  const { out } = await runCommand('tokenize', '--tokenizer', ranks, '--file', text, '--json');
  expect(JSON.parse(out).ids).toEqual([97, 10, 98]);
});

test.each([
  [['--text', 'a'], /required option '--tokenizer <path>' not specified/],
  [['--tokenizer', gpt2, '--text', 'a', '--file', gpt2], /option '--text <text>' cannot be used with option '--file/],
  [
    ['--tokenizer', './nowhere'],
    /option '--tokenizer <path>' argument '\.\/nowhere' is invalid\. There is no such file or folder\.\n/,
  ],
  [
    ['--tokenizer', gpt2, '--file', './nowhere'],
    /option '--file <file>' argument '\.\/nowhere' is invalid\. There is no such file\.\n/,
  ],
])('%j is an error', async (args, expected) => {
  const { code, errors } = await runCommand('tokenize', ...args);
  expect(code).toBe(1);
  expect(errors).toMatch(expected);
});

test('a file without a tokenizer, and a line without a text, are errors that say so', async () => {
  const empty = await mkdtemp(join(root, 'empty-'));
  expect((await runCommand('tokenize', '--tokenizer', empty, '--text', 'a')).errors).toBe(
    `residual: tokenize: ${empty} holds no tokenizer that can be read (tokenizer.json and others)\n`,
  );
  const odd = await writeTo('odd.bin', 'hello');
  expect((await runCommand('tokenize', '--tokenizer', odd, '--text', 'a')).errors).toBe(
    'residual: tokenizer: odd.bin is neither a tokenizer.json nor a SentencePiece model nor a tiktoken rank file; ' +
      'it begins with "hello"\n',
  );
  await mkdir(join(empty, 'tokenizer.json'));
  expect((await runCommand('tokenize', '--tokenizer', empty, '--text', 'a')).errors).toMatch(
    /^residual: tokenize: .*tokenizer\.json cannot be read: EISDIR/,
  );
  const latin = await writeTo('latin.txt', Uint8Array.of(0x68, 0xe9, 0x0a));
  expect((await runCommand('tokenize', '--tokenizer', gpt2, '--file', latin)).errors).toBe(
    `residual: tokenize: ${latin} is not UTF-8 text, somewhere up to byte 3\n`,
  );
  const lines = await writeTo('lines.jsonl', '{"text": "a"}\n{"special": true}\n');
  const { code, out, errors } = await runCommand('tokenize', '--tokenizer', gpt2, '--jsonl', lines);
  expect([code, errors]).toEqual([
    1,
    `residual: tokenize: line 2 of ${lines} must be {"text": "...", "special": true or false}\n`,
  ]);
  expect(JSON.parse(out).decoded).toBe('a');
  const broken = await writeTo('broken.jsonl', '{');
  expect((await runCommand('tokenize', '--tokenizer', gpt2, '--jsonl', broken)).errors).toMatch(
    /^residual: tokenize: line 1 of .*broken\.jsonl is not JSON: /,
  );
});

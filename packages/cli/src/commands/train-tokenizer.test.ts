import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test, vi } from 'vitest';
import { inFolder } from '../testing/folders.js';
import { fixture, runCommand } from '../testing/run-command.js';

const corpus = fixture('tokenizers/training/corpus.txt');
const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

test('bpe trains the same byte-level tokenizer as the reference', () =>
  inFolder(async folder => {
    const out = join(folder, 'tokenizer.json');
    const { code, out: printed } = await runCommand(
      'train-tokenizer',
      '--kind',
      'bpe',
      '--vocab-size',
      '1000',
      '--out',
      out,
      corpus,
    );
    expect({ code, printed }).toEqual({
      code: 0,
      printed: expect.stringMatching(/tokenizer\.json: 1,000 tokens of 0\.1 MB of text, \d+\.\d s\n$/),
    });
    const { decoder, ...trained } = await read(out);
    const { decoder: none, ...expected } = await read(fixture('tokenizers/training/bpe-1000.tokenizer.json'));
    expect(trained).toEqual(expected);
    expect([decoder.type, none]).toEqual(['ByteLevel', null]);
  }));

test('wordpiece trains the same vocabulary as the reference', () =>
  inFolder(async folder => {
    const out = join(folder, 'tokenizer.json');
    const { code, out: printed } = await runCommand(
      ...['train-tokenizer', '--kind', 'wordpiece', '--vocab-size', '1000', '--out', out, '--json', corpus],
    );
    expect(code).toBe(0);
    expect(JSON.parse(printed)).toEqual({
      kind: 'wordpiece',
      tokens: 1000,
      bytes: 124754,
      seconds: expect.any(Number),
      out,
    });
    const { model } = await read(fixture('tokenizers/training/wordpiece-1000.tokenizer.json'));
    expect(Object.keys((await read(out)).model.vocab).sort()).toEqual(Object.keys(model.vocab).sort());
  }));

test('several files are read with their line ends, and special tokens may be named', () =>
  inFolder(async folder => {
    const [a, b, out] = ['a.txt', 'b.txt', 'out.json'].map(name => join(folder, name)) as [string, string, string];
    await writeFile(a, 'one two\r\none two');
    await writeFile(b, 'one é\n');
    const args = [
      '--kind',
      'bpe',
      '--vocab-size',
      '300',
      '--min-frequency',
      '2',
      '--out',
      out,
      '--special-token',
      '<a>',
      '<b>',
    ];
    expect((await runCommand('train-tokenizer', a, b, ...args)).code).toBe(0);
    const tokenizer = tokenizerFromJson(await read(out));
    expect([0, 1].map(id => tokenizer.idToToken(id))).toEqual(['<a>', '<b>']);
    expect(tokenizer.encode('one two\r\n').tokens).toEqual(['one', 'Ġtwo', 'č', 'Ċ']);
  }));

test('a bar shows the progress of training a unigram', () =>
  inFolder(async folder => {
    const out = join(folder, 'tokenizer.json');
    const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    const { code, errors } = await runCommand(
      'train-tokenizer',
      '--kind',
      'unigram',
      '--vocab-size',
      '500',
      '--out',
      out,
      corpus,
    );
    if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY);
    else Reflect.deleteProperty(process.stderr, 'isTTY');
    expect(code).toBe(0);
    expect(errors).toMatch(/\rreading {10}█{30} 100 %/);
    expect(errors).toMatch(/\rchoosing tokens +█*░+ \d+ %/);
    expect((await read(out)).model.vocab).toHaveLength(500);
  }));

test('Ctrl-C stops the training with exit code 130, and no file is written', () =>
  inFolder(async folder => {
    const out = join(folder, 'tokenizer.json');
    const running = runCommand('train-tokenizer', '--kind', 'unigram', '--vocab-size', '2000', '--out', out, corpus);
    await vi.waitFor(() => expect(process.listenerCount('SIGINT')).toBeGreaterThan(0), { timeout: 120_000 });
    process.emit('SIGINT');
    expect((await running).code).toBe(130);
    await expect(readFile(out)).rejects.toThrow('ENOENT');
  }));

test.each([
  [
    ['--kind', 'bpe', '--vocab-size', '0', corpus],
    /'--vocab-size <n>' argument '0' is invalid\. It must be a whole number, 1 or more/,
  ],
  [['--kind', 'words', '--vocab-size', '9', corpus], /Allowed choices are bpe, wordpiece, unigram/],
  [['--vocab-size', '9', corpus], /required option '--kind <kind>' not specified/],
  [
    ['--kind', 'bpe', '--vocab-size', '300', './nowhere.txt'],
    /value '\.\/nowhere\.txt' is invalid for argument 'text-files'\. There is no such file\.\n/,
  ],
  [
    ['--kind', 'bpe', '--vocab-size', '300', '.'],
    /value '\.' is invalid for argument 'text-files'\. It is a folder, not a file\.\n/,
  ],
  [
    ['--kind', 'bpe', '--vocab-size', '300', '--out', '.', corpus],
    /option '--out <file>' argument '\.' is invalid\. It is a folder, not a file\.\n/,
  ],
  [
    ['--kind', 'unigram', '--vocab-size', '300', '--min-frequency', '2', corpus],
    /'--min-frequency <n>' has no meaning for the kind unigram/,
  ],
  [
    ['--kind', 'bpe', '--vocab-size', '200', corpus],
    /^residual: trainTokenizer: vocabSize 200 is less than the 257 tokens that it begins with/,
  ],
])('%j is an error', async (args, message) => {
  const { code, errors } = await runCommand('train-tokenizer', '--out', './never.json', ...args);
  expect(code).toBe(1);
  expect(errors).toMatch(message);
});

test('a file that is not text, an empty file and a missing folder are errors', () =>
  inFolder(async folder => {
    const [text, out] = [join(folder, 'text.txt'), join(folder, 'out.json')];
    const refused = async (to: string) =>
      (await runCommand('train-tokenizer', '--kind', 'bpe', '--vocab-size', '300', '--out', to, text)).errors;
    await writeFile(text, '');
    expect(await refused(out)).toBe('residual: trainTokenizer: 0 texts hold 0 words; at least 1 is needed\n');
    expect(await refused(join(folder, 'none', 'out.json'))).toMatch(
      /option '--out <file>' argument '.*out\.json' is invalid\. There is no folder .*none\.\n/,
    );
    await writeFile(text, Buffer.from([0x61, 0xff, 0x62]));
    expect(await refused(out)).toMatch(/text\.txt is not UTF-8 text, somewhere up to byte 3\n$/);
  }));

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fixtureJson } from '@residual/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fixture, runCommand, withInput } from '../testing/run-command.js';

interface Golden {
  readonly examples: readonly {
    readonly en: string;
    readonly greedy: { readonly ids: readonly number[]; readonly text: string };
    readonly beam4: { readonly ids: readonly number[]; readonly text: string; readonly score: number };
  }[];
}

const englishFrench = fixture('../packages/model-en-fr/model');
const { examples } = await fixtureJson<Golden>('models/en-fr/golden.json');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-translate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const translate = (...args: string[]) => runCommand('translate', '--model', englishFrench, ...args);
const file = async (text: string) => {
  const path = join(folder, 'lines.txt');
  await writeFile(path, text);
  return path;
};

test('a file of golden sentences gives the reference line by line, in order', async () => {
  const some = examples.slice(0, 20);
  const sentences = await file(some.map(({ en }) => `${en}\n`).join(''));
  const out = some.map(({ greedy }) => `${greedy.text}\n`).join('');
  expect(await translate('--file', sentences)).toEqual({ code: 0, out, errors: '' });
  expect((await translate('--file', sentences, '--batch', '7')).out).toBe(out);
});

test('--json prints source, translation, tokens and score of each line, as the reference with 4 beams', async () => {
  const some = examples.slice(0, 6);
  const sentences = await file(some.map(({ en }) => `${en}\n`).join(''));
  const { code, out } = await translate('--file', sentences, '--num-beams', '4', '--json');
  expect(code).toBe(0);
  const output = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(output).toEqual(
    some.map(({ en, beam4 }) => ({
      source: en,
      translation: beam4.text,
      token_ids: beam4.ids,
      score: expect.closeTo(beam4.score, 4),
    })),
  );
});

test('empty lines stay empty, \\r\\n ends a line too, and the last one needs no end', async () => {
  const lines = 'He refused to pay.\r\n\n\nThis is expensive.\n  \nI have toothache.';
  const out = "Il refusa de payer.\n\n\nC'est cher.\n  \nJ'ai mal aux dents.\n";
  expect((await translate('--file', await file(lines))).out).toBe(out);
  expect((await translate(lines)).out).toBe(out);
  const { out: output } = await translate('', '--json');
  expect(JSON.parse(output)).toEqual({ source: '', translation: '', token_ids: [], score: 0 });
  expect(await translate('--file', await file(''))).toEqual({ code: 0, out: '', errors: '' });
});

test('without a text and a file, lines come from standard input, in chunks that split characters', async () => {
  const { code, out } = await withInput('Café. “He refused to pay.”\n\nThis is expensive.\n', () =>
    translate('--json'),
  );
  expect(code).toBe(0);
  const output = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(output.map(({ source }) => source)).toEqual(['Café. “He refused to pay.”', '', 'This is expensive.']);
  expect(output[2].translation).toBe("C'est cher.");
});

test('a line that is too long is translated in parts; a word that is too long is an error', async () => {
  const long = Array(30).fill('He refused to pay.').join(' ');
  expect((await translate(long)).out).toBe(`${Array(30).fill('Il refusa de payer.').join(' ')}\n`);
  const { code, errors } = await translate('qzxw'.repeat(200));
  expect(code).toBe(1);
  expect(errors).toMatch(
    /^residual: translate: a word of \d+ tokens, 'qzxw[qzxw]+…', is longer than the 128 positions this model has\n$/,
  );
});

test('--max-segment-tokens 1 translates every sentence by itself', async () => {
  const line = 'I like tea very much. She likes coffee.'; // two sentences: as one, where nothing else is said
  const { out } = await translate(line, '--max-segment-tokens', '1');
  const alone: string[] = [];
  for (const each of line.split(/(?<=[.?]) /)) alone.push((await translate(each)).out.trim());
  expect(out).toBe(`${alone.join(' ')}\n`);
  const whole = JSON.parse((await translate(line, '--json')).out);
  const divided = JSON.parse((await translate(line, '--json', '--max-segment-tokens', '1')).out);
  expect(divided.score).not.toBe(whole.score);
});

test('the length penalty, the limit of tokens and the missing cross-attention have an effect', async () => {
  const scoreOf = async (...args: string[]) =>
    JSON.parse((await translate('He wears glasses.', '--json', '--num-beams', '4', ...args)).out);
  const defaultScore = await scoreOf();
  const without = await scoreOf('--length-penalty', '0');
  const tokens = defaultScore.token_ids.length + 1; // the end token counts
  expect(without.score).toBeCloseTo(defaultScore.score * tokens, 3);
  const short = JSON.parse((await translate('Give me the wine.', '--json', '--max-new-tokens', '2')).out);
  expect(short.token_ids).toHaveLength(1); // the second one is the end token, which the config forces
  const blind = async (text: string) => (await translate(text, '--without-cross-attention')).out;
  expect(await blind('Give me the wine.')).toBe(await blind('He refused to pay.'));
});

test('a terminal shows the progress, and the line is cleared before each translation', async () => {
  const before = process.stderr.isTTY;
  process.stderr.isTTY = true;
  try {
    const { out, errors } = await translate('He refused to pay.\nThis is expensive.');
    expect(out).toBe("Il refusa de payer.\nC'est cher.\n");
    expect(errors).toMatch(/weights: 100 %/);
    expect(errors).toMatch(/\r1 lines, [\d.]+ per second\r +\r\r2 lines, [\d.]+ per second\r +\r$/);
  } finally {
    process.stderr.isTTY = before;
  }
});

test('Ctrl-C stops it with exit code 130; the translations up to then are printed', async () => {
  const input = new PassThrough();
  const spy = vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as unknown as typeof process.stdin);
  const running = translate('--batch', '1');
  input.write('This is expensive.\n');
  await vi.waitFor(() => expect(process.stdout.write).toHaveBeenCalled(), { timeout: 120_000 });
  process.emit('SIGINT');
  expect(await running).toEqual({ code: 130, out: "C'est cher.\n", errors: '' });
  spy.mockRestore();
});

const wrong: readonly (readonly [readonly string[], string])[] = [
  [
    ['--file', './nowhere.txt'],
    "error: option '--file <file>' argument './nowhere.txt' is invalid. There is no such file.",
  ],
  [
    ['--num-beams', '0', 'a'],
    "error: option '--num-beams <n>' argument '0' is invalid. It must be a whole number, 1 or more.",
  ],
  [['--batch', '0', 'a'], "error: option '--batch <n>' argument '0' is invalid. It must be a whole number, 1 or more."],
  [
    ['--length-penalty', 'x', 'a'],
    "error: option '--length-penalty <p>' argument 'x' is invalid. It must be a number.",
  ],
  [
    ['--early-stopping', 'no', 'a'],
    "error: option '--early-stopping <when>' argument 'no' is invalid. It must be true, false or never.",
  ],
  [['--early-stopping', 'true', 'a'], 'residual: translate: earlyStopping does nothing with 1 beam; leave it out'],
  [['--file', fixture('models/en-fr/golden.json'), 'a'], "error: option '--file <file>' cannot be used with a text"],
];

test.each(wrong)('%j is an error', async (args, message) => {
  const { code, out, errors } = await translate(...args);
  expect({ code, out, errors }).toEqual({ code: 1, out: '', errors: `${message}\n` });
});

test('a model that only continues texts is an error', async () => {
  const { code, errors } = await runCommand('translate', '--model', fixture('models/stories260k'), 'a');
  expect(code).toBe(1);
  expect(errors).toBe(
    'residual: translate: llama continues a text and has no encoder; this works on an encoder-decoder\n',
  );
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { englishWords } from '@residual/word-vectors-en';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../testing/run-command.js';

const vectors = fileURLToPath(new URL('.', englishWords['vocab.json']));
let folder: string;
const file = (name: string) => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-words-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('analogy prints the words near an expression', async () => {
  const { code, out } = await runCommand('analogy', '--vectors', vectors, 'king - man + woman', '--top', '2');
  expect([code, out]).toEqual([0, 'word     cosine\nqueen    0.770\nmonarch  0.686\n']);
  const words = await runCommand(
    'analogy',
    '--vectors',
    vectors,
    '--method',
    'euclid',
    '--top',
    '1',
    'king',
    '-',
    'man',
    '+',
    'woman',
  );
  expect(words.out).toBe('word   cosine  distance\nqueen  0.784   4.080\n');
});

test('analogy prints one object, and finds the vectors in the folder of their package', async () => {
  const args = ['--vectors', join(vectors, '..'), 'king - man + woman', '--method', 'multiply', '--json'];
  const { code, out } = await runCommand('analogy', ...args);
  const { neighbours, terms, ...rest } = JSON.parse(out);
  expect(code).toBe(0);
  expect(rest).toEqual({ expression: 'king - man + woman', method: 'multiply' });
  expect(terms[1]).toEqual({ word: 'man', factor: -1 });
  expect(neighbours).toHaveLength(10);
  expect(neighbours[0]).toMatchObject({
    word: 'queen',
    similarity: expect.closeTo(0.77, 3),
    score: expect.closeTo(0.896, 3),
  });
});

test('evaluate analogies counts by category, covered and total', async () => {
  const sections = readFixtureText('analogies/questions-words.txt').split(/^(?=: )/m);
  await writeFile(file('some.txt'), sections.filter(section => /^: (currency|family)\n/.test(section)).join(''));
  const { code, out } = await runCommand('evaluate', 'analogies', '--vectors', vectors, file('some.txt'), '--json');
  const { categories, ...all } = JSON.parse(out);
  expect(code).toBe(0);
  // Counted in float64 by another program.
  expect(all).toEqual({ covered: 964, correct: 480, total: 1372, accuracy: 480 / 964 });
  expect(categories).toEqual([
    { name: 'currency', covered: 502, correct: 105, total: 866, accuracy: 105 / 502 },
    { name: 'family', covered: 462, correct: 375, total: 506, accuracy: 375 / 462 },
  ]);
});

test('evaluate analogies prints a table', async () => {
  await writeFile(file('questions.txt'), ': royal\nman king woman queen\nman king woman zzzz\n: none\nzzzz a b c\n');
  const { code, out } = await runCommand('evaluate', 'analogies', '--vectors', vectors, file('questions.txt'));
  expect([code, out]).toEqual([
    0,
    'category  accuracy  correct  covered  total\n' +
      'royal     100.00 %  1        1        2\n' +
      'none      -         0        0        1\n' +
      'all       100.00 %  1        1        3\n',
  ]);
});

test('evaluate similarity prints the rank correlation of one file or several', async () => {
  await writeFile(file('ratings.txt'), 'cat dog 9\ncat car 2\nking queen 8\n');
  await writeFile(file('other.csv'), 'a,b,rating\ncat,dog,1\ncat,car,2\ncat,zzzz,3\n');
  const one = await runCommand('evaluate', 'similarity', '--vectors', vectors, file('ratings.txt'), '--json');
  expect(JSON.parse(one.out)).toEqual({ file: 'ratings.txt', spearman: 1, covered: 3, total: 3 });
  const two = await runCommand('evaluate', 'similarity', '--vectors', vectors, file('ratings.txt'), file('other.csv'));
  expect(two.out).toBe(
    'ratings      Spearman  covered  total\nratings.txt  1.0000    3        3\nother.csv    -1.0000   2        3\n',
  );
  const both = await runCommand(
    'evaluate',
    'similarity',
    '--vectors',
    vectors,
    file('ratings.txt'),
    file('other.csv'),
    '--json',
  );
  expect(JSON.parse(both.out).sets).toHaveLength(2);
});

test.each<[string[], string]>([
  [
    ['analogy', '--vectors', vectors, 'kign - man'],
    'residual: arithmetic: "kign" is not among the 50000 words; there is "king", "sign" and "kin"\n',
  ],
  [
    ['analogy', '--vectors', vectors, ''],
    'residual: parseExpression: the expression is empty; write one like king - man + woman\n',
  ],
  [['analogy', '--vectors', './nowhere', 'king'], 'residual: wordVectors: there is no file or folder ./nowhere\n'],
  [
    ['evaluate', 'analogies', '--vectors', vectors, './nowhere.txt'],
    "error: command-argument value './nowhere.txt' is invalid for argument 'questions'. There is no such file.\n",
  ],
])('an error is one sentence and exit code 1: %s', async (args, message) => {
  expect(await runCommand(...args)).toEqual({ code: 1, out: '', errors: message });
});

test('options that do not fit are errors before anything is read', async () => {
  const top = await runCommand('analogy', '--vectors', './nowhere', 'king', '--top', '0');
  expect(top.errors).toMatch(/option '--top <k>' argument '0' is invalid. It must be a whole number, 1 or more\./);
  expect((await runCommand('analogy', 'king')).errors).toMatch(/required option '--vectors <source>' not specified/);
  expect((await runCommand('analogy', '--vectors', 'x')).errors).toMatch(/missing required argument 'expression'/);
});

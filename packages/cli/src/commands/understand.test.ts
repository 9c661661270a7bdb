import '@residual/testkit/wasm';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createModel, type Model } from '@residual/model';
import { smallBertConfig, wordPieceJson } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand, withInput } from '../testing/run-command.js';

const texts = ['Anna lives in London.', '😀 Anna lives near Paris.'];
const context = texts.join('\n');
let root: string;
let lines: string;
const tokenizer = tokenizerFromJson(wordPieceJson as never);

/** The models of these tests by their folder. */
const models = new Map<string, Model>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-understand-'));
  lines = join(root, 'lines');
  await writeFile(lines, `${texts.join('\r\n')}\n`);
  const labels = { id2label: { 0: 'O', 1: 'B-PLACE', 2: 'I-PLACE' } };
  const all = [
    ['classes', 'SequenceClassification', labels],
    ['pairs', 'SequenceClassification', { num_labels: 1 }],
    ['names', 'TokenClassification', labels],
    ['answers', 'QuestionAnswering', {}],
    ['masks', 'MaskedLM', {}],
  ] as const;
  for (const [folder, name, more] of all) {
    const model = await createModel(smallBertConfig(name, more), { seed: 2, tokenizer });
    models.set(folder, model);
    await mkdir(join(root, folder));
    for (const [file, bytes] of await model.save()) await writeFile(join(root, folder, file), bytes);
  }
});
afterAll(async () => {
  for (const model of models.values()) model.dispose();
  await rm(root, { recursive: true });
});

/** The lines that a command prints with a model. */
async function linesOf(command: string, folder: string, ...args: string[]): Promise<string[]> {
  const { code, out, errors } = await runCommand(command, '--model', join(root, folder), ...args);
  expect([code, errors]).toEqual([0, '']);
  return out.split('\n').slice(0, -1);
}

const objects = async (...args: Parameters<typeof linesOf>): Promise<unknown[]> =>
  (await linesOf(...args, '--json')).map(line => JSON.parse(line));

test('classify prints the labels of each line, best first', async () => {
  const expected = await models.get('classes')!.classify(texts);
  expect(await objects('classify', 'classes', '--file', lines)).toEqual(
    texts.map((text, i) => ({ text, labels: expected[i] })),
  );
  const [header, ...rows] = await linesOf('classify', 'classes', '--text', 'Anna\nlives');
  const labels = await models.get('classes')!.classify('Anna\nlives');
  expect(header).toMatch(/^label +score +text$/);
  expect(rows.map(row => row.split(/ {2,}/))).toEqual(
    labels.map(({ label, score }, i) => [label, score.toFixed(4), ...(i === 0 ? ['Anna\\nlives'] : [])]),
  );
  expect(await linesOf('classify', 'classes', '--file', lines, '--top', '1')).toHaveLength(3);
  const text = 'Anna lives '.repeat(20);
  const [cut] = await objects('classify', 'classes', '--text', text, '--max-tokens', '4');
  expect(cut).toEqual({ text, labels: await models.get('classes')!.classify('Anna lives') });
});

test('classify-tokens prints the parts of each line, with offsets in code points', async () => {
  const settings = { aggregation: 'first', ignoreLabels: ['O'] } as const;
  const expected = await models.get('names')!.classifyTokens(texts, settings);
  const found = (await objects('classify-tokens', 'names', '--file', lines, '--aggregation', 'first')) as {
    readonly text: string;
    readonly spans: readonly { readonly start: number; readonly end: number; readonly text: string }[];
  }[];
  expect(found.map(({ text }) => text)).toEqual(texts);
  expect(found[0]).toEqual({ text: texts[0], spans: expected[0] }); // one unit is one code point
  expect(found[1]!.spans.length).toBeGreaterThan(0);
  for (const { text, spans } of found)
    for (const span of spans) expect(Array.from(text).slice(span.start, span.end).join('')).toBe(span.text);
  const long = `${texts[0]} Anna`;
  const args = ['--text', long, '--aggregation', 'first', '--max-tokens', '8'];
  expect(await objects('classify-tokens', 'names', ...args)).toEqual([{ text: long, spans: expected[0] }]);
  expect(expected[0]!.length).toBeGreaterThan(0);
  const [header, ...rows] = await linesOf('classify-tokens', 'names', '--file', lines, '--aggregation', 'first');
  expect(header).toMatch(/^line +label +score +offset +text$/);
  expect(rows.map(row => Number(row.split(' ')[0]))).toEqual(expected.flatMap((spans, i) => spans.map(() => i + 1)));
});

test('answer prints parts of a file, best first', async () => {
  const path = join(root, 'context');
  await writeFile(path, context);
  const expected = await models.get('answers')!.answer('where?', context, { top: 3, maxAnswerLength: 2 });
  const args = ['--question', 'where?', '--file', path, '--top', '3', '--max-answer-length', '2'];
  const found = (await objects('answer', 'answers', ...args)) as typeof expected;
  expect(found.map(({ text, score }) => ({ text, score }))).toEqual(
    expected.map(({ text, score }) => ({ text, score })),
  );
  for (const { start, end, text } of found) expect(Array.from(context).slice(start, end).join('')).toBe(text);
  expect((await linesOf('answer', 'answers', ...args))[1]!.split(/ {2,}/)).toEqual([
    found[0]!.score.toFixed(4),
    `${found[0]!.start}–${found[0]!.end}`,
    found[0]!.text.replaceAll('\n', '\\n'),
  ]);
  expect(await linesOf('answer', 'answers', '--question', 'where?', '--text', context)).toHaveLength(2);
});

test('lines and texts come from standard input too', () =>
  withInput(context, async () => {
    const found = await objects('rerank', 'pairs', '--query', 'where?');
    expect(found).toEqual(await models.get('pairs')!.rerank('where?', texts));
  }));

test('rerank prints lines by how well they answer the query', async () => {
  const expected = await models.get('pairs')!.rerank('where?', texts);
  expect(await objects('rerank', 'pairs', '--query', 'where?', '--file', lines)).toEqual(expected);
  const [, best, ...others] = await linesOf('rerank', 'pairs', '--query', 'where?', '--file', lines, '--top', '1');
  const { score, index, text } = expected[0]!;
  expect([best!.split(/ {2,}/), others]).toEqual([[score.toFixed(4), `${index}`, text], []]);
  await writeFile(join(root, 'empty'), '');
  const empty = ['--query', 'where?', '--file', join(root, 'empty')];
  expect((await runCommand('rerank', '--model', join(root, 'pairs'), ...empty)).errors).toMatch(
    /^residual: rerank: \S+empty has no lines to compare with the query\n$/,
  );
});

test('fill-mask prints the most likely tokens of each mask', async () => {
  const text = '[MASK] lives in [MASK].';
  const expected = await models.get('masks')!.fillMask(text, { top: 2 });
  expect(await objects('fill-mask', 'masks', '--text', text, '--top', '2')).toEqual(
    expected.flatMap((fills, mask) => fills.map(fill => ({ mask, ...fill }))),
  );
  const { score, text: token, sequence } = expected[0]![0]!;
  const [, best] = await linesOf('fill-mask', 'masks', '--text', text);
  expect(best!.split(/ {2,}/)).toEqual(['0', score.toFixed(4), token, sequence]);
});

test.each([
  ['classify', 'classify: bert is a model for masked-lm; this works on a model for sequence-classification'],
  ['classify-tokens', 'classifyTokens: bert is a model for masked-lm; this works on a model for token-classification'],
  ['answer', 'answer: bert is a model for masked-lm; this works on a model for question-answering', '--question', 'x'],
])('%s with a model of another task says both', async (command, message, ...args) => {
  const model = join(root, 'masks');
  expect(await runCommand(command, '--model', model, '--text', 'Anna', ...args)).toEqual({
    code: 1,
    out: '',
    errors: `residual: ${message}\n`,
  });
});

import '@residual/testkit/wasm';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModel, type Model } from '@residual/model';
import { expectClose } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture, runCommand } from '../../testing/run-command.js';

const stories = fixture('models/stories260k');
const lines = ['Once upon a time there was a little cat.', 'She had a red ball, and the ball was big.', 'A'];
let [root, file] = ['', ''];
let model: Model;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-evaluate-lm-'));
  file = join(root, 'text.txt');
  await writeFile(file, `${lines.join('\n')}\n`);
  model = await loadModel(stories);
});
afterAll(async () => {
  model.dispose();
  await rm(root, { recursive: true });
});

const evaluate = (...args: string[]) => runCommand('evaluate', 'lm', '--model', stories, file, ...args);
const scores = async (...args: string[]) => {
  const { code, out, errors } = await evaluate('--json', ...args);
  expect([code, errors]).toEqual([0, '']);
  return JSON.parse(out) as Record<'loss' | 'perplexity' | 'tokens' | 'length' | 'stride' | 'seconds', number>;
};
const idsOf = (text: string) => model.tokenizer!.encode(text).ids;

/** -log p of each token but the first, each from the tokens that its window shows before it. */
async function lossesOf(ids: readonly number[], length: number, stride: number): Promise<number[]> {
  const losses: number[] = [];
  for (let start = 0; losses.length < ids.length - 1; start += stride) {
    const { logits } = await model.forward(ids.slice(start, start + length));
    const [rows, vocab] = logits.shape as [number, number];
    for (let row = 0; row < rows && start + row + 1 < ids.length; row++) {
      if (start + row < losses.length) continue;
      const scores = logits.data.subarray(row * vocab, (row + 1) * vocab);
      losses.push(Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - scores[ids[start + row + 1]!]!);
    }
  }
  return losses;
}
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test.each([
  [16, 16],
  [16, 5],
  [400, 400],
])('the loss over windows of %i tokens, %i apart, is the mean of all tokens but the first', async (length, stride) => {
  const ids = idsOf(`${lines.join('\n')}\n`);
  const expected = mean(await lossesOf(ids, length, stride));
  const report = await scores('--length', String(length), '--stride', String(stride), '--batch', '3');
  expect(report).toMatchObject({ tokens: ids.length - 1, length, stride, perplexity: Math.exp(report.loss) });
  await expectClose(report.loss, expected, { relative: 1e-5 });
});

test('--documents lines evaluates each line alone, and the summary has all numbers', async () => {
  const losses = (await Promise.all(lines.map(line => lossesOf(idsOf(line), 512, 512)))).flat();
  const report = await scores('--documents', 'lines');
  expect(report).toMatchObject({ tokens: losses.length, length: 512, stride: 512 });
  await expectClose(report.loss, mean(losses), { relative: 1e-5 });
  const { out } = await evaluate('--documents', 'lines');
  expect(out).toBe(
    `loss = ${report.loss.toFixed(4)}\nperplexity = ${report.perplexity.toFixed(2)}\n${out.split('\n')[2]}\n`,
  );
  expect(out).toMatch(
    new RegExp(`\n${losses.length} tokens in \\d+\\.\\d s, \\S+ a second; length 512, stride 512\n$`),
  );
});

test('sizes that do not fit are errors with both numbers', async () => {
  const refused = async (...args: string[]) => (await evaluate(...args)).errors;
  expect(await refused('--length', '8', '--stride', '9')).toBe(
    'residual: evaluate: --stride is 9 and --length 8; tokens between would be left out\n',
  );
  expect(await refused('--length', '0')).toContain('It must be a whole number, 1 or more.');
  const translator = fixture('../packages/model-en-fr/model');
  const wrong = await runCommand('evaluate', 'lm', '--model', translator, file);
  expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining('evaluate')]);
  await writeFile(join(root, 'empty.txt'), '\n');
  const none = await runCommand('evaluate', 'lm', '--model', stories, join(root, 'empty.txt'));
  expect(none.errors).toBe('residual: evaluate: the texts have no two tokens; there is nothing to predict\n');
});

test('--weights compares forms: a line for each, with its bytes, beside the first', async () => {
  const { code, out } = await evaluate('--weights', 'f32,int4');
  const [heads, ...rows] = out
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/));
  expect([code, heads]).toEqual([0, ['weights', 'in memory', 'loss', 'perplexity', 'loss beside f32']]);
  const { forms } = JSON.parse((await evaluate('--weights', 'f32,int4', '--json')).out) as {
    forms: { weights: string; bytes: number; loss: number; perplexity: number }[];
  };
  const [exact, rounded] = forms as [(typeof forms)[0], (typeof forms)[0]];
  expect(exact.loss).toBe((await scores()).loss);
  expect([exact.weights, rounded.weights, rounded.bytes / exact.bytes < 0.2]).toEqual(['f32', 'int4', true]);
  const more = 100 * (rounded.loss / exact.loss - 1);
  expect(Math.abs(more)).toBeGreaterThan(0.1);
  expect(rows).toEqual(
    forms.map(({ weights, bytes, loss, perplexity }) => [
      weights,
      `${(bytes / 1e6).toFixed(1)} MB`,
      loss.toFixed(4),
      perplexity.toFixed(3),
      weights === 'f32' ? '0.00 %' : `${more > 0 ? '+' : ''}${more.toFixed(2)} %`,
    ]),
  );
  const wrong = await evaluate('--weights', 'f32,int3');
  expect(wrong.errors).toContain('It must be different ones of f32, f16, bf16, int8, int4, with commas between.');
});

test('--cache measures what the form of a cache costs', async () => {
  const losses: Record<string, number> = {};
  for (const form of ['f32', 'f16', 'int8']) losses[form] = (await scores('--cache', form)).loss;
  const { loss } = await scores();
  await expectClose(losses.f32!, loss, { relative: 1e-5 });
  await expectClose(losses.f16!, loss, { relative: 1e-3 });
  await expectClose(losses.int8!, loss, { relative: 1e-2 });
  expect(new Set(Object.values(losses)).size).toBe(3);
  const { code, errors } = await evaluate('--cache', 'int4');
  expect([code, errors]).toEqual([
    1,
    "error: option '--cache <form>' argument 'int4' is invalid. It must be f32, f16 or int8.\n",
  ]);
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureJson } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bleu, chrf } from '../../evaluate/metrics/index.js';
import { fixture, runCommand } from '../../testing/run-command.js';

const englishFrench = fixture('../packages/model-en-fr/model');
const golden = await fixtureJson<{ examples: { en: string; greedy: { text: string }; beam4: { text: string } }[] }>(
  'models/en-fr/golden.json',
);
const examples = golden.examples.slice(0, 9);
/** Each sentence beside the greedy translation and another text, so that the scores are neither 0 nor 100. */
const lines = examples.map(({ en, greedy }, i) => ({
  en,
  fr: i % 3 === 0 ? ['Je ne sais pas.'] : [greedy.text, 'Oui.'],
}));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-evaluate-'));
});
afterEach(() => rm(folder, { recursive: true }));

const file = async (text: string) => {
  const path = join(folder, 'pairs.jsonl');
  await writeFile(path, text);
  return path;
};
const evaluate = (references: string, ...args: string[]) =>
  runCommand('evaluate', 'translation', '--model', englishFrench, '--references', references, ...args);

test('the JSON object has the scores of greedy translations and all settings', async () => {
  const references = await file(lines.map(line => `${JSON.stringify(line)}\n`).join(''));
  const { code, out, errors } = await evaluate(references, '--json');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const texts = examples.map(({ greedy }) => greedy.text);
  const referenceTexts = lines.map(({ fr }) => fr);
  const [words, characters] = [bleu(texts, referenceTexts), chrf(texts, referenceTexts)];
  expect(words.score).toBeGreaterThan(10);
  expect(JSON.parse(out)).toEqual({
    bleu: words.score,
    chrf: characters.score,
    sentences: 9,
    signature:
      'BLEU|nrefs:var|case:mixed|eff:no|tok:13a|smooth:exp|version:residual-0.1.0 ' +
      'chrF2|nrefs:var|case:mixed|eff:yes|nc:6|nw:0|space:no|version:residual-0.1.0 ' +
      'decoding|numBeams:1|batch:32|backend:wasm',
  });
});

test('--num-beams has an effect, and the summary has the line of sacreBLEU, the speed and the settings', async () => {
  const references = await file(examples.map(({ en, beam4 }) => JSON.stringify({ en, fr: beam4.text })).join('\r\n'));
  const { code, out } = await evaluate(references, '--num-beams', '4');
  expect(code).toBe(0);
  const lines = [
    /BLEU = 100\.00 100\.0\/100\.0\/100\.0\/100\.0 \(BP = 1\.000 ratio = 1\.000 hyp_len = (\d+) ref_len = \1\)/,
    /chrF2 = 100\.00/,
    /9 sentences in [\d.]+ s: [\d.]+ sentences and \d+ tokens a second/,
    /BLEU\|nrefs:1\|.*\nchrF2\|nrefs:1\|.*/,
    /decoding\|numBeams:4\|batch:32\|backend:wasm/,
  ];
  expect(out).toMatch(new RegExp(`^${lines.map(({ source }) => source).join('\n')}\n$`));
});

test('without cross-attention the translation has nothing to do with the source', async () => {
  const references = await file(examples.map(({ en, greedy }) => JSON.stringify({ en, fr: greedy.text })).join('\n'));
  const { bleu: score, signature } = JSON.parse(
    (await evaluate(references, '--without-cross-attention', '--json')).out,
  );
  expect(score).toBeLessThan(3);
  expect(signature).toContain('|ablate:decoder.layers.*.crossAttention.weights|');
});

test('--from and --to name other fields', async () => {
  const pairs = examples.map(({ en, greedy }) => JSON.stringify({ source: en, target: [greedy.text] }));
  const references = await file(pairs.join('\n'));
  const { out } = await evaluate(references, '--from', 'source', '--to', 'target', '--json');
  expect(JSON.parse(out).bleu).toBeCloseTo(100, 9);
});

test.each([
  ['', 'has no line'],
  ['{"en": "a", "fr": ["b"]}\n{"en": ', ', line 2 is not JSON: Unexpected end of JSON input'],
  ['[1]', ', line 1 must be an object, it is [1]'],
  ['{"fr": ["b"]}', ', line 1: "en" must be a text, it is not there'],
  ['{"en": "a", "fr": 3}', ', line 1: "fr" must be a text or a list of texts, it is 3'],
  ['{"en": "a"}', ', line 1: "fr" must be a text or a list of texts, it is not there'],
  ['\n{"en": "a", "fr": ["", ""]}', ', line 2: "fr" has no text that is not empty'],
])('%j is an error before anything is loaded', async (text, what) => {
  const path = await file(text);
  const { code, out, errors } = await runCommand(
    'evaluate',
    'translation',
    '--model',
    './nowhere',
    '--references',
    path,
  );
  const message = `residual: evaluate translation: ${path}${what.startsWith(',') ? '' : ' '}${what}\n`;
  expect({ code, out, errors }).toEqual({ code: 1, out: '', errors: message });
});

test('a file that does not exist is an error before anything is loaded', async () => {
  const { code, errors } = await evaluate('./nowhere.jsonl');
  expect(code).toBe(1);
  expect(errors).toBe(
    "error: option '--references <file>' argument './nowhere.jsonl' is invalid. There is no such file.\n",
  );
});

test('--weights compares forms: a line for each, beside the first', async () => {
  const references = await file(
    examples
      .slice(0, 2)
      .map(({ en, greedy }) => JSON.stringify({ en, fr: greedy.text }))
      .join('\n'),
  );
  const { code, out } = await evaluate(references, '--weights', 'f32,int8');
  const [heads, exact, packed, ...signature] = out
    .trimEnd()
    .split('\n')
    .map(line => line.split(/ {2,}/));
  expect([code, signature.length]).toEqual([0, 3]);
  expect(heads).toEqual(['weights', 'in memory', 'BLEU', 'chrF2', 'BLEU beside f32']);
  expect(exact).toEqual(['f32', '37.7 MB', '100.00', '100.00', '0.00']);
  expect(packed!.slice(0, 2)).toEqual(['int8', '10.1 MB']);
});

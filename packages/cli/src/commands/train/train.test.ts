import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectClose } from '@residual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture, runCommand } from '../../testing/run-command.js';

let root = '';
let [text, pairs] = ['', ''];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'residual-train-'));
  [text, pairs] = [join(root, 'text.txt'), join(root, 'pairs.tsv')];
  const words = ['one', 'two', 'three', 'four', 'five'];
  const line = (i: number) => `count ${words[i % 5]} ${words[(i + 1) % 5]} ${words[(i + 2) % 5]}.`;
  await writeFile(text, Array.from({ length: 120 }, (_, i) => line(i)).join('\n'));
  const french = ['un', 'deux', 'trois', 'quatre', 'cinq'];
  const pair = (i: number) => `${words[i % 5]} ${words[(i * 3) % 5]}\t${french[i % 5]} ${french[(i * 3) % 5]}\tignored`;
  await writeFile(pairs, `${Array.from({ length: 80 }, (_, i) => pair(i)).join('\n')}\n`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const small = ['--model-dim', '16', '--heads', '2', '--depth', '1', '--batch', '4', '--learning-rate', '0.02'];
const linesIn = async (file: string) =>
  (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as { type: string; step: number; loss: number });

test('train lm makes a model of characters that generate and evaluate can load', async () => {
  const [out, log] = [join(root, 'lm'), join(root, 'lm.jsonl')];
  const options = [
    '--tokenizer',
    'characters',
    '--length',
    '16',
    '--steps',
    '80',
    '--log',
    log,
    '--out',
    out,
    '--recompute',
  ];
  const { code, out: printed, errors } = await runCommand('train', 'lm', text, ...small, ...options);
  expect([code, errors]).toEqual([0, '']);
  expect(printed).toMatch(
    /^[\d,]+ tokens to train on, [\d,]+ to validate on; [\d,]+ parameters\nstep 0: validation loss/,
  );
  const events = await linesIn(log);
  const steps = events.filter(({ type }) => type === 'step');
  expect(steps).toHaveLength(80);
  expect(steps.at(-1)!.loss).toBeLessThan(0.6 * steps[0]!.loss);
  const validations = events.filter(({ type }) => type === 'evaluation').map(({ step }) => step);
  expect(validations).toEqual([0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80]);
  expect((await readdir(out)).sort()).toEqual([
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
    'train.json',
    'training',
  ]);
  const generated = await runCommand(
    'generate',
    '--model',
    out,
    '--prompt',
    'count one',
    '--max-new-tokens',
    '4',
    '--json',
  );
  expect(generated.code).toBe(0);
  expect(JSON.parse(generated.out).text).toMatch(/^count one.{4}/s);
  const judged = await runCommand('evaluate', 'lm', '--model', out, text, '--json');
  expect(judged.code).toBe(0);
  expect(JSON.parse(judged.out).loss).toBeLessThan(0.6 * steps[0]!.loss);
});

test('the first steps of the character model follow the stored curve', async () => {
  const [text, out, log] = [fixture('texts/tinyshakespeare/input.txt'), join(root, 'curve'), join(root, 'curve.jsonl')];
  const sizes = [
    '--tokenizer',
    'characters',
    '--length',
    '64',
    '--batch',
    '12',
    '--steps',
    '12',
    '--evaluate-every',
    '12',
  ];
  const rates = ['--learning-rate', '0.0003', '--warm-up', '2', '--seed', '1337', '--log', log, '--out', out];
  expect((await runCommand('train', 'lm', text, ...sizes, ...rates)).code).toBe(0);
  const stored = JSON.parse(await readFile(fixture('texts/tinyshakespeare/curve.json'), 'utf8'));
  const events = await linesIn(log);
  const lossesOf = (wanted: string) => events.filter(({ type }) => type === wanted).map(({ loss }) => loss);
  await expectClose(lossesOf('step'), stored.losses, { absolute: 2e-3 });
  await expectClose(lossesOf('evaluation'), stored.validation, { absolute: 2e-3 });
});

test('a stopped run continues with its settings and ends like an uninterrupted one', async () => {
  const options = [
    '--vocab-size',
    '270',
    '--documents',
    'lines',
    '--length',
    '12',
    '--shape',
    'llama',
    '--kv-heads',
    '1',
    '--dropout',
    '0.1',
    '--backend',
    'cpu',
    '--checkpoint-every',
    '3',
  ];
  const [straight, stopped] = [join(root, 'straight'), join(root, 'stopped')];
  const all = await runCommand(
    'train',
    'lm',
    text,
    ...small,
    ...options,
    '--steps',
    '8',
    '--schedule',
    'constant',
    '--warm-up',
    '2',
    '--out',
    straight,
  );
  expect([all.code, all.errors]).toEqual([0, '']);
  await runCommand(
    'train',
    'lm',
    text,
    ...small,
    ...options,
    '--steps',
    '6',
    '--schedule',
    'constant',
    '--warm-up',
    '2',
    '--out',
    stopped,
  );
  const again = await runCommand('train', 'lm', text, ...small, '--out', stopped);
  expect([again.code, again.errors]).toEqual([
    1,
    `residual: train: ${stopped} holds a run already; use --resume to continue it, or choose another folder\n`,
  ]);
  const more = await runCommand('train', 'lm', '--resume', '--steps', '8', '--out', stopped);
  expect([more.code, more.errors]).toEqual([0, '']);
  const weights = (folder: string) => readFile(join(folder, 'model.safetensors'));
  expect((await weights(stopped)).equals(await weights(straight))).toBe(true);
});

test('train seq2seq makes a translator that translate can load', async () => {
  const out = join(root, 'pairs');
  const config = join(root, 'settings.yaml');
  await writeFile(
    config,
    `files: ${pairs}\nsteps: 60\nvocab-size: 280\nlabel-smoothing: 0.1\nvalidation: 0.2\nmax-positions: 32\n`,
  );
  const { code, errors } = await runCommand('train', 'seq2seq', '--config', config, ...small, '--out', out);
  expect([code, errors]).toEqual([0, '']);
  const fields = JSON.parse(await readFile(join(out, 'config.json'), 'utf8'));
  expect(fields).toMatchObject({ model_type: 'marian', d_model: 16, decoder_start_token_id: fields.pad_token_id });
  const translated = await runCommand('translate', '--model', out, 'one two');
  expect(translated.code).toBe(0);
  expect(translated.out.trim()).toMatch(/^(un|deux|trois|quatre|cinq)/);
});

test('train lora makes an adapter and a merged checkpoint', async () => {
  const [base, out] = [join(root, 'lm'), join(root, 'lora')];
  const options = [
    '--model',
    base,
    '--rank',
    '2',
    '--target',
    '**.query',
    '**.mlp.up',
    '--steps',
    '12',
    '--batch',
    '2',
    '--learning-rate',
    '0.01',
  ];
  const {
    code,
    out: printed,
    errors,
  } = await runCommand('train', 'lora', text, ...options, '--length', '16', '--out', out);
  expect([code, errors]).toEqual([0, '']);
  expect(printed).toContain('rank 2 beside 2 linear layers');
  expect((await readdir(join(out, 'adapter'))).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
  const weights = (folder: string) => readFile(join(folder, 'model.safetensors'));
  expect((await weights(out)).length).toBe((await weights(base)).length);
  expect((await weights(out)).equals(await weights(base))).toBe(false);
  expect((await runCommand('generate', '--model', out, '--prompt', 'count', '--max-new-tokens', '2')).code).toBe(0);

  const [packed, fromPacked] = [join(root, 'packed'), join(root, 'lora-packed')];
  await runCommand('quantize', base, '--to', 'int8', '--out', packed);
  const more = ['--model', packed, ...options.slice(2), '--steps', '2', '--length', '16', '--out', fromPacked];
  expect(await runCommand('train', 'lora', text, ...more)).toMatchObject({ code: 0, errors: '' });
  expect((await weights(fromPacked)).length).toBe((await weights(base)).length); // what the sums mean, as float32
});

test.each<[string, () => string[], string | RegExp]>([
  ['no folder', () => ['lm', text], 'train: it is not said where the checkpoint is to be written; give --out <folder>'],
  ['no files', () => ['lm', '--out', join(root, 'x1')], /^train: no file of data is given/],
  ['nothing to resume', () => ['lm', text, '--resume', '--out', join(root, 'x2')], /x2 holds no run to resume$/],
  [
    'a file that does not exist',
    () => ['lm', join(root, 'no.txt'), '--out', join(root, 'x3')],
    /value '.*no\.txt' is invalid for argument 'text-files'\. There is no such file\.$/,
  ],
  [
    'a line that is no pair',
    () => ['seq2seq', text, '--out', join(root, 'x4')],
    /^train: line 1 of .*text\.txt is no pair: it must be a text, a tab and its translation$/,
  ],
  [
    'too little text',
    () => ['lm', text, '--tokenizer', 'characters', '--length', '400', '--out', join(root, 'x5')],
    /tokens to validate on are too few for rows of 400/,
  ],
  [
    'a warm-up without end',
    () => ['lm', text, '--tokenizer', 'characters', '--steps', '5', '--warm-up', '5', '--out', join(root, 'x6')],
    'train: warm-up takes 5 steps and there are 5; it must end before',
  ],
  [
    'no checkpoint',
    () => ['lora', text, '--out', join(root, 'x7')],
    'train: it is not said which checkpoint is fine-tuned; give --model <source>',
  ],
])('settings that do not fit are an error of one sentence: %s', async (_, args, message) => {
  const { code, errors } = await runCommand('train', ...args());
  expect(code).toBe(1);
  const printed = errors.replace(/^residual: /, '').trimEnd();
  if (typeof message === 'string') expect(printed).toBe(message);
  else expect(printed).toMatch(message);
});

test.each([
  ['steps: many', 'sets steps to "many". It must be a whole number, 1 or more.'],
  ['stepps: 3', 'sets stepps, which is not known; known are files, shape, '],
  ['schedule: odd', 'sets schedule to "odd". Allowed choices are cosine, linear, constant, inverse-sqrt.'],
  ['recompute: 3', 'sets recompute to 3. It must be true or false.'],
  ['files: [./nowhere.txt]', 'sets files to ["./nowhere.txt"]. There is no such file.'],
  ['- 3', 'holds no settings by name'],
  ['{', 'is neither JSON nor YAML'],
])('a file of settings is checked like options: %s', async (content, message) => {
  const config = join(root, 'wrong.yaml');
  await writeFile(config, content);
  const { code, errors } = await runCommand('train', 'lm', text, '--config', config, '--out', join(root, 'y'));
  expect(code).toBe(1);
  expect(errors).toContain(message);
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ablate,
  causalTrace,
  copyingScores,
  gradientTimesInput,
  integratedGradients,
  pathPatch,
} from '@residual/inspect';
import { loadModel, type Model } from '@residual/model';
import { useBackend } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import '@residual/testkit/wasm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tensorsIn } from '../../testing/folders.js';
import { fixture, runCommand } from '../../testing/run-command.js';

const [gpt2, small, marian] = ['checkpoints/gpt2', 'models/stories260k', 'checkpoints/marian'].map(fixture) as [
  string,
  string,
  string,
];
const close = { absolute: 1e-5 };
const reference = await tensorsIn(fixture('inspect/runs/activations.safetensors'));
const ids = ['--prompt-ids', Array.from(reference.get('input_ids')!.data as Int32Array).join(',')];

let folder = '';
let model: Model;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-inspect-'));
  await useBackend('wasm');
  model = await loadModel(gpt2);
});
afterAll(async () => {
  model.dispose();
  await rm(folder, { recursive: true });
});

const inspect = (what: string, source: string, ...args: string[]) =>
  runCommand('inspect', what, '--model', source, ...args);
const json = async (what: string, source: string, ...args: string[]) => {
  const { code, out, errors } = await inspect(what, source, ...args, '--json');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

test('activations lists tensors by paths and names of TransformerLens, and writes those of the reference', async () => {
  const out = join(folder, 'activations.safetensors');
  const names = ['--names', 'blocks.*.hook_resid_pre', 'decoder.layers.1.attention.weights', '--out', out];
  const { activations } = await json('activations', gpt2, ...ids, ...names);
  const pre = 'decoder.layers.0.input';
  expect(activations.map(({ path, shape }: { path: string; shape: number[] }) => [path, shape])).toEqual([
    [pre, [1, 7, 32]],
    ['decoder.layers.1.input', [1, 7, 32]],
    ['decoder.layers.1.attention.weights', [1, 4, 7, 7]],
  ]);
  const written = await tensorsIn(out);
  const expected = Array.from(reference.get('gpt2/blocks.0.hook_resid_pre')!.data as Float32Array);
  await expectClose(written.get(pre)!.data as Float32Array, expected, close);
  const pattern = reference.get('gpt2/blocks.1.attn.hook_pattern')!.data as Float32Array;
  await expectClose(written.get('decoder.layers.1.attention.weights')!.data as Float32Array, pattern, close);
  const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
  const std = Math.sqrt(expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / expected.length);
  await expectClose(
    [activations[0].mean, activations[0].std, activations[0].min, activations[0].max],
    [mean, std, Math.min(...expected), Math.max(...expected)],
    close,
  );
  const { out: table } = await inspect('activations', gpt2, ...ids, ...names);
  expect(table).toMatch(/^path +shape +mean +std +min +max\ndecoder\.layers\.0\.input +\[1, 7, 32\] /);
  expect(table).toContain(`\n3 tensors in ${out}\n`);
});

test('attention gives the weights of a head, their mean, and the rollout', async () => {
  const pattern = reference.get('gpt2/blocks.1.attn.hook_pattern')!.data as Float32Array;
  const { weights } = await json('attention', gpt2, ...ids, '--layer', '1', '--head', '2');
  await expectClose(weights.flat(), pattern.slice(2 * 49, 3 * 49), close);
  const { weights: mean } = await json('attention', gpt2, ...ids, '--layer', '1');
  const expected = Array.from({ length: 49 }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, h) => sum + pattern[49 * h + i]! / 4, 0),
  );
  await expectClose(mean.flat(), expected, close);
  const { weights: rollout } = await json('attention', gpt2, ...ids, '--layer', '0', '--rollout');
  const first = reference.get('gpt2/blocks.0.attn.hook_pattern')!.data as Float32Array;
  const half = Array.from({ length: 49 }, (_, i) => {
    const average = [0, 1, 2, 3].reduce((sum, h) => sum + first[49 * h + i]! / 4, 0);
    return (average + (i % 8 === 0 ? 1 : 0)) / 2;
  });
  await expectClose(rollout.flat(), half, close);
  const pair = ['--prompt-ids', '4,5,6', '--decoder-ids', '127,9', '--layer', '1', '--kind', 'cross'];
  const cross = (await json('attention', marian, ...pair)).weights as number[][];
  expect(cross.map(row => row.length)).toEqual([3, 3]);
  for (const row of cross) expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  for (const [message, ...args] of [
    ['--layer is 2; there are 2 blocks', '--layer', '2'],
    ['--head is 4; there are 4 heads', '--layer', '1', '--head', '4'],
    ['--kind cross is for an encoder-decoder; this model has no encoder', '--layer', '1', '--kind', 'cross'],
  ] as const)
    expect((await inspect('attention', gpt2, ...ids, ...args)).errors).toBe(`residual: inspect: ${message}\n`);
});

test('path, trace, gradients and copying give what their functions give', async () => {
  const [clean, corrupt] = [
    [5, 17, 3],
    [5, 18, 3],
  ];
  const pair = ['--clean-ids', '5,17,3', '--corrupt-ids', '5,18,3', '--answer', '9', '--wrong', '77'];
  const receiver = { name: 'decoder.layers.1.attention.query', heads: [0, 2] };
  const paths = ['--receivers', 'decoder.layers.1.attention.query:0,2', '--through-mlps'];
  const settings = { clean, corrupt, answer: 9, wrong: 77, senders: 'heads' as const };
  expect(await json('path', gpt2, ...pair, ...paths)).toEqual(
    await pathPatch(model, { ...settings, receivers: [receiver], freezeMlps: false }),
  );
  expect(await json('path', gpt2, ...pair)).toEqual(await pathPatch(model, { ...settings, receivers: 'logits' }));

  const trace = ['--prompt-ids', '5,17,3', '--subject-positions', '1', '--samples', '3', '--seed', '7'];
  const traced = { prompt: clean, subject: [1], what: 'residual' as const, samples: 3, seed: 7 };
  expect(await json('trace', gpt2, ...trace)).toEqual(await causalTrace(model, traced));

  const target = ['--prompt-ids', '5,17,3', '--target', '9', '--against', '7'];
  const gradient = await gradientTimesInput(model, clean, { target: 9, against: 7 });
  expect(await json('gradients', gpt2, ...target)).toEqual(gradient);
  const { value, contributions } = await integratedGradients(model, clean, { target: 9, against: 7, steps: 5 });
  expect(await json('gradients', gpt2, ...target, '--integrated', '--steps', '5')).toEqual({ value, contributions });
  const { out } = await inspect('gradients', gpt2, ...target);
  expect(out).toContain(`0         #5     ${gradient.contributions[0]!.toFixed(4)}\n`);
  const source = ['--prompt-ids', '4,5,6', '--target', '9', '--source'];
  expect((await json('gradients', marian, ...source)).contributions).toHaveLength(3);

  expect((await json('copying', gpt2)).scores).toEqual(await copyingScores(model));
  expect((await json('copying', gpt2, '--fold-norms')).scores).toEqual(await copyingScores(model, { foldNorms: true }));
});

test('an ablated head adds nothing to the logit, and changes what is predicted and generated', async () => {
  const target = [...ids, '--target', '9', '--heads'];
  const head = ['--ablate', 'decoder.layers.1.attention.headOutputs:2,3', 'blocks.0.mlp.hook_post:5'];
  const contributions = async (...args: string[]) => {
    const { components } = await json('attribute', gpt2, ...target, ...args);
    return components as { path: string; contribution: number }[];
  };
  const ablated = await contributions(...head);
  const zero = ablated.filter(({ contribution }) => contribution === 0).map(({ path }) => path);
  expect(zero).toEqual(['decoder.layers.1.attention.heads.2', 'decoder.layers.1.attention.heads.3']);
  const mlp = (all: readonly { path: string }[]) => all.find(({ path }) => path === 'decoder.layers.0.mlp');
  expect(mlp(ablated)).not.toEqual(mlp(await contributions()));
  expect(await json('lens', gpt2, ...ids, ...head)).not.toEqual(await json('lens', gpt2, ...ids));
  const generate = (...args: string[]) =>
    runCommand('generate', '--model', gpt2, '--prompt-ids', '5,17', '--max-new-tokens', '5', '--json', ...args);
  const tokens = async (...args: string[]) => JSON.parse((await generate(...args)).out).token_ids;
  const output = await model.generate([5, 17], { maxNewTokens: 5, hooks: [ablate('**.mlp.output')] }).result();
  expect(await tokens('--ablate', '**.mlp.output')).toEqual(output.tokens);
  expect(await tokens()).not.toEqual(output.tokens);
});

test('a subject is found by its text, and what does not fit is one sentence', async () => {
  const prompt = ['--prompt', 'Lily had a cat. Lily was'];
  const byText = await json('trace', small, ...prompt, '--subject', 'Lily', '--samples', '2');
  const { out } = await runCommand('tokenize', '--tokenizer', small, '--text', 'Lily had a cat. Lily was', '--json');
  const { offsets } = JSON.parse(out) as { offsets: [number, number][] };
  const positions = [...offsets.keys()].filter(
    i => offsets[i]![1] > offsets[i]![0] && (offsets[i]![0] < 4 || (offsets[i]![0] < 20 && offsets[i]![1] > 16)),
  );
  expect(positions.length).toBeGreaterThan(1);
  const args = ['--subject-positions', positions.join(','), '--samples', '2'];
  expect(await json('trace', small, ...prompt, ...args)).toEqual(byText);
  expect((await inspect('trace', small, ...prompt, '--subject', 'Tom')).errors).toBe(
    'residual: inspect: --subject is "Tom"; the prompt "Lily had a cat. Lily was" does not contain it\n',
  );
  expect((await inspect('trace', gpt2, '--prompt-ids', '1,2')).errors).toBe(
    'residual: inspect: give the subject: a text with --subject, or --subject-positions\n',
  );
  const pair = ['--clean-ids', '1,2', '--corrupt-ids', '1,3', '--answer', '4', '--wrong', '5'];
  expect((await inspect('path', gpt2, ...pair, '--receivers', 'a:b')).errors).toContain(
    'It must be a path, and after a colon numbers with commas between.',
  );
});

test('neurons finds the places of texts at which a neuron fires most', async () => {
  const file = join(folder, 'texts.txt');
  const lines = ['Once upon a time there was a cat.', 'The dog saw the cat and ran.', 'A bird sang.'];
  await writeFile(file, lines.join('\n'));
  const args = ['--name', 'blocks.2.mlp.hook_post', '--neurons', '5,11', '--count', '2', file];
  const { neurons } = await json('neurons', small, ...args);
  expect(neurons.map(({ path, neuron }: { path: string; neuron: number }) => [path, neuron])).toEqual([
    ['decoder.layers.2.mlp.hidden', 5],
    ['decoder.layers.2.mlp.hidden', 11],
  ]);
  const values: number[] = [];
  for (const line of lines) {
    const out = join(folder, 'hidden.safetensors');
    await json('activations', small, '--prompt', line, '--names', 'blocks.2.mlp.hook_post', '--out', out);
    const { data, shape } = (await tensorsIn(out)).get('decoder.layers.2.mlp.hidden')!;
    for (let i = 0; i < shape[1]!; i++) values.push((data as Float32Array)[i * shape[2]! + 5]!);
  }
  const best = values.sort((a, b) => b - a).slice(0, 2);
  await expectClose(
    neurons[0].top.map(({ activation }: { activation: number }) => activation),
    best,
    { absolute: 1e-4 },
  );
  const { out } = await inspect('neurons', small, ...args);
  expect(out).toContain('neuron 5 of decoder.layers.2.mlp.hidden\nactivation  place');
  expect(out).toContain(`[${neurons[0].top[0].text.trim()}]`);
});

test('a tuned lens comes nearer to the model than the logit lens, and lens reads it', async () => {
  const [text, out] = [fixture('texts/tinyshakespeare/input.txt'), join(folder, 'lens.safetensors')];
  const short = join(folder, 'short.txt');
  await writeFile(short, (await readFile(text, 'utf8')).slice(0, 3000));
  const args = ['--out', out, '--steps', '7', '--length', '19', '--batch', '3', '--learning-rate', '0.01'];
  const { layers, steps } = await json('tuned-lens', small, short, ...args);
  expect([layers.length, steps]).toEqual([5, 7]);
  for (const { logitLens, tunedLens } of layers) expect(tunedLens).toBeLessThan(logitLens);
  const prompt = ['--prompt', 'Once upon a time'];
  const plain = await json('lens', small, ...prompt);
  const tuned = await json('lens', small, ...prompt, '--tuned', out);
  expect(tuned.layers.at(-1)).toEqual(plain.layers.at(-1));
  expect(tuned.layers[2].top).not.toEqual(plain.layers[2].top);
});

test('a sparse autoencoder is trained on activations, and its features have texts and tokens', async () => {
  const [text, out] = [join(folder, 'story.txt'), join(folder, 'autoencoder')];
  const story = 'Lily had a red ball. Tom had a blue car. They played in the park all day.';
  await writeFile(text, `${Array(20).fill(story).join('\n')}\n`);
  const sizes = ['--features', '37', '--top-k', '5', '--steps', '9', '--length', '13', '--batch', '3'];
  const training = await json(
    'train-autoencoder',
    small,
    '--name',
    'blocks.2.hook_resid_post',
    ...sizes,
    '--out',
    out,
    text,
  );
  expect(training).toMatchObject({ steps: 9, l0: 5, out });
  const found = await json('features', small, '--autoencoder', out, '--show', '3', '--count', '2', text);
  expect(found.features).toHaveLength(3);
  const [{ feature, top, raised }] = found.features;
  expect([top.length, raised.length]).toEqual([2, 8]);
  expect(top[0].activation).toBeGreaterThan(0);
  const one = await json('features', small, '--autoencoder', out, '--features', `${feature}`, '--count', '2', text);
  expect(one.features).toEqual([{ ...found.features[0], feature }]);
  const { out: table } = await inspect('features', small, '--autoencoder', out, '--features', `${feature}`, text);
  expect(table).toMatch(new RegExp(`^feature ${feature}\\nraises .*\\nlowers .*\\nactivation  place`));
  const inner = join(folder, 'inner');
  await json('train-autoencoder', small, '--name', 'decoder.layers.1.mlp.hidden', ...sizes, '--out', inner, text);
  const hidden = await json('features', small, '--autoencoder', inner, '--show', '1', text); // by the path in the file
  expect(Object.keys(hidden.features[0])).toEqual(['feature', 'top']);
  expect((await inspect('features', small, '--autoencoder', folder, text)).errors).toContain('cfg.json');
});

test('name-movers scores heads on the names of texts', async () => {
  const prompts = [
    '--prompt',
    'Lily and Tom played. Tom gave it to',
    'Ben saw Mia. Ben called',
    '--names',
    'Lily',
    'Mia',
  ];
  const { scores } = await json('name-movers', small, ...prompts);
  expect(Object.keys(scores)).toEqual(['copy', 'attention', 'attribution', 'correlation']);
  expect(scores.copy.map((heads: number[]) => heads.length)).toEqual([8, 8, 8, 8, 8]);
  expect((await inspect('name-movers', small, '--prompt', 'a cat', '--names', 'Tom')).errors).toBe(
    'residual: inspect: --names is "Tom"; the prompt "a cat" does not contain it\n',
  );
});

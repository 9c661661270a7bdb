import { expectClose, expectNoLeak, fixtureJson, repositoryFile } from '@residual/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fixture, runCommand } from '../../testing/run-command.js';

interface Attribution {
  readonly logit: number;
  readonly contributions: readonly number[];
}

/** What hooks on Hugging Face transformers say about a checkpoint, in float64. */
interface Reference {
  readonly ids: readonly number[];
  /** [layer][position][rank]; of the story model only the last position. */
  readonly lens: readonly (readonly (readonly { readonly id: number; readonly logprob: number }[])[])[];
  readonly repeated: readonly number[];
  readonly period: number;
  readonly heads: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly target: number;
  readonly attribute: Attribution;
  readonly attributeHeads?: Attribution;
  readonly clean: readonly number[];
  readonly corrupt: readonly number[];
  readonly answer: number;
  readonly wrong: number;
  readonly patch: Readonly<Record<string, { clean: number; corrupt: number; values: readonly (readonly number[])[] }>>;
}

const references = await fixtureJson<Record<string, Reference>>('inspect/runs/commands.json');
const stories = fixture('../packages/model-stories/model');
const [gpt2, marian] = [fixture('checkpoints/gpt2'), fixture('checkpoints/marian')];
const close = { absolute: 1e-4 };
/** Of packed weights each product rounds its input: within 1e-4 of the largest logit. */
const ofPacked = { absolute: 1e-4 * references.stories!.attribute.logit };
const runs = [
  { title: 'gpt2', name: 'gpt2', model: gpt2, form: [], near: close },
  { title: 'llama', name: 'llama', model: fixture('checkpoints/llama'), form: [], near: close },
  { title: 'stories as float32', name: 'stories', model: stories, form: ['--weights', 'f32'], near: close },
  { title: 'stories as shipped', name: 'stories', model: stories, form: [], near: ofPacked },
];
afterEach(() => vi.unstubAllEnvs());

const inspect = (what: string, model: string, ...args: string[]) =>
  runCommand('inspect', what, '--model', model, ...args);
const json = async (what: string, model: string, ...args: string[]) => {
  const { code, out, errors } = await inspect(what, model, ...args, '--json');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

describe.each(runs)('$title', ({ name, model, form, near }) => {
  const reference = references[name]!;
  const ids = ['--prompt-ids', reference.ids.join(','), ...form];

  test('lens gives the tokens of the reference after each block', async () => {
    const hasAll = reference.lens[0]!.length > 1;
    const { layers, ...others } = await json('lens', model, ...ids, ...(hasAll ? ['--all'] : []));
    expect(others).toEqual({});
    const expected = hasAll ? reference.lens : reference.lens.map(layer => layer[0]);
    expect(layers.map(({ top }: { top: unknown }) => pick(top, 'id'))).toEqual(pick(expected, 'id'));
    await expectClose(
      layers.map(({ top }: { top: unknown }) => pick(top, 'logprob')),
      pick(expected, 'logprob') as never,
      near,
    );
    expect(layers.map(({ path }: { path: string }) => path)).toEqual([
      'embedded',
      ...reference.heads.induction!.map((_, layer) => `decoder.layers.${layer}.output`),
    ]);
  });

  test('heads gives the scores of the reference', async () => {
    const args = ['--prompt-ids', reference.repeated.join(','), '--period', `${reference.period}`, ...form];
    const { scores, ...others } = await json('heads', model, ...args);
    expect([others, Object.keys(scores)]).toEqual([{}, ['previousToken', 'duplicateToken', 'induction']]);
    for (const [score, values] of Object.entries(reference.heads)) await expectClose(scores[score], values, near);
  });

  test('attribute gives the contributions of the reference, and they sum to the logit', async () => {
    for (const key of ['attribute', 'attributeHeads'] as const) {
      const expected = reference[key];
      if (!expected) continue;
      const heads = key === 'attribute' ? [] : ['--heads'];
      const { logit, components, ...others } = await json(
        'attribute',
        model,
        ...ids,
        '--target',
        `${reference.target}`,
        ...heads,
      );
      const contributions = components.map(({ contribution }: { contribution: number }) => contribution);
      expect(others).toEqual({});
      await expectClose(logit, expected.logit, near);
      await expectClose(contributions, expected.contributions, near);
      await expectClose(
        logit,
        contributions.reduce((sum: number, value: number) => sum + value, 0),
        near,
      );
    }
  });

  test.each(Object.keys(reference.patch))('patch of %s gives the values of the reference', async what => {
    const { clean, corrupt, answer, wrong } = reference;
    const prompts = ['--clean-ids', clean.join(','), '--corrupt-ids', corrupt.join(','), ...form];
    const sweep = await json(
      'patch',
      model,
      ...prompts,
      '--answer',
      `${answer}`,
      '--wrong',
      `${wrong}`,
      '--what',
      what,
    );
    expect(Object.keys(sweep)).toEqual(['clean', 'corrupt', 'values']);
    for (const key of ['clean', 'corrupt', 'values'] as const)
      await expectClose(sweep[key], reference.patch[what]![key], near);
  });
});

const giving = [
  ...['--clean-prompt', 'Lily and Tom went to the park. Tom gave the ball to'],
  ...['--corrupt-prompt', 'Lily and Tom went to the park. Lily gave the ball to'],
];

test('texts and tokens as texts are the same as ids', async () => {
  const { answer, wrong, patch, ids, lens } = references.stories!;
  const form = ['--weights', 'f32'];
  const tokens = ['--answer', ' Lily', '--wrong', ' Tom'];
  const sweep = await json('patch', stories, ...giving, ...tokens, '--what', 'heads', ...form);
  await expectClose(sweep.values, patch.heads!.values, close);
  expect([answer, wrong]).toEqual([522, 612]);
  const { layers } = await json(
    'lens',
    stories,
    '--prompt',
    'Once upon a time, there was a little',
    '--top',
    '1',
    ...form,
  );
  const best = lens.at(-1)![0]![0]!;
  expect(layers.at(-1).top).toEqual([{ id: best.id, text: ' girl', logprob: expect.closeTo(best.logprob, 4) }]);
  expect(ids.length).toBe(9);
});

test('the picture of the README is what the command prints', async () => {
  const readme = new TextDecoder().decode(await repositoryFile('packages/cli/README.md'));
  const { out } = await inspect(
    'patch',
    stories,
    ...giving,
    '--answer',
    ' Lily',
    '--wrong',
    ' Tom',
    '--view',
    'picture',
    '--weights',
    'f32',
  );
  expect(out).toContain('layer 4                 ▒▒      ▓▓');
  expect(readme).toContain(out);
});

test('tables and pictures show the same numbers', async () => {
  const args = ['--clean-ids', '5,17,3', '--corrupt-ids', '5,18,3', '--answer', '9', '--wrong', '77'];
  const { clean, corrupt, values } = await json('patch', gpt2, ...args);
  const rows = values as number[][];
  const note =
    `\nlogit of #9 - #77: clean ${clean.toFixed(4)}, corrupt ${corrupt.toFixed(4)}\n` +
    '0 is as in the corrupt run, 1 as in the clean one\n';
  const cells = rows.map(row => row.map(value => value.toFixed(3)));
  const { out: table } = await inspect('patch', gpt2, ...args);
  expect(table.split('\n')[0]).toMatch(/^ +#5 +#17\/#18 +#3$/);
  for (const [layer, row] of cells.entries())
    expect(table.split('\n')[layer + 1]!.replaceAll('-0.000', '0.000').split(/ {2,}/)).toEqual([
      `layer ${layer}`,
      ...row.map(cell => cell.replace('-0.000', '0.000')),
    ]);
  expect(table.endsWith(note)).toBe(true);
  const { out: picture } = await inspect('patch', gpt2, ...args, '--view', 'picture');
  expect(picture).toMatch(/^ +#5 +#17\/#18 +#3\nlayer 0/);
  for (const value of rows.flat()) expect(picture).toContain(value.toFixed(2).replace('-0.00', '0.00'));
  expect(picture.endsWith(note)).toBe(true);
});

test('a terminal gets a picture in its colours and its width, and none with NO_COLOR', async () => {
  const terminal = { isTTY: true, columns: 44, getColorDepth: () => 24 };
  const old = Object.getOwnPropertyDescriptors(process.stdout);
  Object.assign(process.stdout, terminal);
  try {
    const args = ['--prompt-ids', '5,17,3,101,64,3,88', '--all'];
    const { out: colored } = await inspect('lens', gpt2, ...args);
    expect(colored).toContain('\u001b[48;2;');
    vi.stubEnv('NO_COLOR', '1');
    const { out: plain } = await inspect('lens', gpt2, ...args);
    expect(plain).not.toContain('\u001b');
    expect(
      plain
        .split('\n')
        .slice(0, -2)
        .filter(line => line.length > 44),
    ).toEqual([]);
    expect(plain.match(/^ +#\d+/gm)).toHaveLength(3); // seven positions in panels of three
  } finally {
    Object.defineProperties(process.stdout, { isTTY: old.isTTY ?? { value: undefined, configurable: true } });
    for (const name of ['columns', 'getColorDepth'] as const) delete (process.stdout as never)[name];
  }
});

test('heads repeats random tokens by seed, and a text by --repeats', async () => {
  const scores = (...args: string[]) => json('heads', gpt2, ...args);
  const seven = await scores('--period', '7', '--seed', '7');
  expect(await scores('--period', '7', '--seed', '7')).toEqual(seven);
  expect(await scores('--period', '7', '--seed', '8')).not.toEqual(seven);
  const [ids, period] = ['3,1,4', '3,1,4,3,1,4,3,1,4'];
  expect(await scores('--prompt-ids', ids, '--repeats', '3')).toEqual(
    await scores('--prompt-ids', period, '--period', '3'),
  );
});

interface PairReference {
  readonly source: readonly number[];
  readonly otherSource: readonly number[];
  readonly target: readonly number[];
  /** Log-probabilities as [layer][position][rank]. */
  readonly lens: readonly (readonly (readonly number[])[])[];
  readonly patch: { readonly clean: number; readonly corrupt: number; readonly values: readonly (readonly number[])[] };
}

test.each(['marian', 'bart', 't5'])('%s reads the prompt as its source, and its decoder is inspected', async name => {
  const { source, otherSource, target, lens, patch } = references[name] as unknown as PairReference;
  const [model, decoder] = [fixture(`checkpoints/${name}`), ['--decoder-ids', target.join(',')]];
  const { layers } = await json('lens', model, '--prompt-ids', source.join(','), ...decoder, '--all');
  expect(layers[0].path).toBe('target.embedded');
  await expectClose(
    layers.map(({ top }: { top: unknown }) => pick(top, 'logprob')),
    lens,
    close,
  );
  const prompts = ['--clean-ids', source.join(','), '--corrupt-ids', otherSource.join(',')];
  const sweep = await json('patch', model, ...prompts, ...decoder, '--answer', '3', '--wrong', '9');
  for (const key of ['clean', 'corrupt', 'values'] as const) await expectClose(sweep[key], patch[key], close);
});

test('the parts of a decoder are patched, and decoder options need one', async () => {
  const args = ['--clean-ids', '4,5', '--corrupt-ids', '6,7,8', '--answer', '3', '--wrong', '9'];
  const { values } = await json('patch', marian, ...args, '--decoder-ids', '127,9,11', '--what', 'crossAttention');
  expect(values.map((row: number[]) => row.length)).toEqual([3, 3]);
  const { errors } = await inspect('lens', gpt2, '--prompt-ids', '4', '--decoder-ids', '3');
  expect(errors).toBe('residual: inspect: --decoder-ids is for an encoder-decoder; this model has no encoder\n');
});

test('what does not fit is one sentence and exit code 1', async () => {
  const refused = async (message: string, what: string, model: string, ...args: string[]) =>
    expect(await inspect(what, model, ...args)).toEqual({ code: 1, out: '', errors: `residual: ${message}\n` });
  await refused('inspect: there is no prompt; give a text with --prompt or ids with --prompt-ids', 'lens', gpt2);
  await refused(
    'inspect: --prompt is a text and this model has no tokenizer; give token ids with --prompt-ids',
    'lens',
    gpt2,
    ...['--prompt', 'Once'],
  );
  await refused('inspect: --prompt has the id 128; the vocabulary has 0 to 127', 'lens', gpt2, '--prompt-ids', '1,128');
  await refused('inspect: --prompt has 66 tokens; this model has 64 positions', 'heads', gpt2, ...['--period', '33']);
  await refused('inspect: give --period, after how many tokens the random tokens repeat themselves', 'heads', gpt2);
  await refused(
    'inspect: --target is 128; the vocabulary has 0 to 127',
    'attribute',
    gpt2,
    ...['--prompt-ids', '1', '--target', '128'],
  );
  await refused(
    'inspect: --target is " the"; this model has no tokenizer, so it must be a token id',
    'attribute',
    gpt2,
    ...['--prompt-ids', '1', '--target', ' the'],
  );
  await refused(
    'inspect: --answer is " Lilypad", 3 tokens (" Lily" 522, "p" 80, "ad" 345); it must be one token or its id',
    'patch',
    stories,
    ...[...giving, '--answer', ' Lilypad', '--wrong', ' Tom'],
  );
  await refused(
    'patchSweep: clean has 2 tokens and corrupt 3; they must have the same number, so that position stands for ' +
      'position',
    'patch',
    gpt2,
    ...['--clean-ids', '1,2', '--corrupt-ids', '1,2,3', '--answer', '3', '--wrong', '4'],
  );
});

test('tokens of a tokenizer that puts a space before every text are found by their text', async () => {
  const small = fixture('models/stories260k');
  const { layers } = await json('lens', small, '--prompt', 'Once upon a time', '--top', '7');
  const tokens = layers.at(-1).top as { id: number; text: string }[];
  expect(tokens.map(({ text }) => text)).toEqual(expect.arrayContaining([',', ' there']));
  for (const { id, text } of tokens) {
    const byId = await json('attribute', small, '--prompt', 'Once upon a time', '--target', `${id}`);
    expect(await json('attribute', small, '--prompt', 'Once upon a time', '--target', text)).toEqual(byId);
  }
});

test('a command frees the model and every tensor', () =>
  expectNoLeak(async () => {
    await json('attribute', gpt2, '--prompt-ids', '1,2', '--target', '3', '--heads');
    await inspect('lens', gpt2, '--prompt-ids', '1,500');
  }));

/** A field of tokens in nested lists. */
function pick(tokens: unknown, field: 'id' | 'logprob'): unknown {
  return Array.isArray(tokens) ? tokens.map(each => pick(each, field)) : (tokens as Record<string, unknown>)[field];
}

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fixtureJson, repositoryFile } from '@residual/testkit';
import { startHub } from '@residual/testkit/hub';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { fixture, runCommand } from '../testing/run-command.js';

const stories = fixture('models/stories260k');
const nameless = fixture('checkpoints/gpt2'); // has no tokenizer, 64 positions, 128 tokens
const translator = fixture('checkpoints/marian'); // nor has this

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-generate-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const generate = (model: string, ...args: string[]) => runCommand('generate', '--model', model, ...args);

const result = async (model: string, ...args: string[]) => {
  const { code, out, errors } = await generate(model, ...args, '--json');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

test('the JSON object has everything about a run, and the streamed text is the same', async () => {
  const sampling = ['--prompt', 'Once', '--max-new-tokens', '7', '--temperature', '0.8', '--seed', '3'];
  const output = await result(stories, ...sampling);
  expect(output).toEqual({
    text: expect.stringMatching(/^Once/),
    new_text: expect.any(String),
    token_ids: expect.any(Array),
    new_token_ids: expect.any(Array),
    prompt_tokens: 2,
    finish_reason: 'length',
    logprob: expect.any(Number),
    seconds: expect.any(Number),
    tokens_per_second: expect.any(Number),
    seed: 3,
    backend: 'wasm',
  });
  expect(output.new_token_ids).toHaveLength(7);
  expect(output.token_ids).toEqual([1, 403, ...output.new_token_ids]);
  expect(output.text).toBe(`Once${output.new_text}`);
  expect(output.tokens_per_second).toBeCloseTo(7 / output.seconds);
  expect(await generate(stories, ...sampling)).toEqual({ code: 0, out: `${output.text}\n`, errors: '' });
});

test('a schema, an expression and a grammar decide what is written', async () => {
  const schema = join(folder, 'schema.json');
  const properties = { color: { enum: ['red', 'blue'] }, count: { type: 'integer', minimum: 0, maximum: 20 } };
  const rules = { type: 'object', properties, required: ['color'], additionalProperties: false };
  await writeFile(schema, JSON.stringify(rules));
  const settings = ['--prompt', 'Once', '--temperature', '1', '--seed', '2', '--max-new-tokens', '60'];
  const { new_text: json, finish_reason: reason } = await result(stories, ...settings, '--schema', schema);
  expect(Object.keys(JSON.parse(json))).toContain('color');
  expect(['complete', 'eos']).toContain(reason);
  const { new_text: matched } = await result(stories, ...settings, '--regex', ' [a-c]{3}');
  expect(matched).toMatch(/^ [a-c]{3}$/);
  const grammar = join(folder, 'animals.gbnf');
  await writeFile(grammar, 'root ::= " a " ("cat" | "dog")');
  expect((await result(stories, ...settings, '--grammar', grammar)).new_text).toMatch(/^ a (cat|dog)$/);
  await writeFile(schema, '{"type": "text"}');
  expect((await generate(stories, ...settings, '--schema', schema)).errors).toContain(
    'grammar: schema: #/type is "text"',
  );
  expect((await generate(stories, '--regex', 'a', '--grammar', grammar)).errors).toContain(
    "option '--regex <text>' cannot be used with option '--grammar <file>'",
  );
});

test('a text ends at --max-length, or goes on without its oldest tokens', async () => {
  const settings = [
    '--prompt',
    'Once upon a time',
    '--temperature',
    '0',
    '--max-new-tokens',
    '40',
    '--max-length',
    '20',
  ];
  const ended = await result(stories, ...settings);
  expect([ended.token_ids.length, ended.finish_reason]).toEqual([20, 'positions']);
  const shifted = await result(stories, ...settings, '--context-overflow', 'shift');
  expect([shifted.new_token_ids.length, shifted.finish_reason]).toEqual([40, 'length']);
  expect(shifted.token_ids.slice(0, 20)).toEqual(ended.token_ids);
});

test('drafts by prompt lookup or by a model change no token, and the JSON object counts them', async () => {
  const settings = ['--prompt', 'Once upon a time. Once upon', '--temperature', '0', '--max-new-tokens', '15'];
  const plain = await result(stories, ...settings);
  for (const drafts of [
    ['--prompt-lookup', '4'],
    ['--draft', stories],
  ]) {
    const output = await result(stories, ...settings, ...drafts);
    expect(output.token_ids).toEqual(plain.token_ids);
    expect(output.drafted_tokens).toBeGreaterThanOrEqual(output.accepted_tokens);
    expect(output.accepted_tokens).toBeGreaterThan(0);
  }
  const other = await generate(stories, ...settings, '--draft', nameless);
  expect(other.errors).toContain(
    'generate: the assistantModel has 128 tokens, the model 512; both must have the same tokens',
  );
});

test('temperature 0 gives the greedy tokens of the reference, also for an empty or absent prompt', async () => {
  const golden = await fixtureJson<{ greedy_ids: number[] }>('models/stories260k/golden.json');
  const expected = golden.greedy_ids.slice(0, 21);
  for (const prompt of [['--prompt', ''], []]) {
    const output = await result(stories, ...prompt, '--temperature', '0', '--max-new-tokens', '20');
    expect(output.token_ids).toEqual(expected);
    expect(output.prompt_tokens).toBe(1);
    expect(output.seed).toBeNull();
  }
});

test('without a temperature the checkpoint decides about sampling; filters and a seed turn it on', async () => {
  const seedOf = async (...args: string[]) => (await result(folder, '--max-new-tokens', '1', ...args)).seed;
  await cp(stories, folder, { recursive: true });
  expect(await seedOf()).toBeNull();
  expect(await seedOf('--seed', '5')).toBe(5);
  expect(await seedOf('--top-k', '5')).toEqual(expect.any(Number));
  expect(await seedOf('--top-p', '0.5')).toEqual(expect.any(Number));
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ do_sample: true, max_new_tokens: 3 }));
  expect(await seedOf()).toEqual(expect.any(Number));
  expect(await seedOf('--temperature', '0')).toBeNull();
  expect((await result(folder)).new_token_ids).toHaveLength(3);
});

test('a new seed is printed beside the text', async () => {
  const sampling = ['--prompt', 'Once', '--max-new-tokens', '9', '--temperature', '1.5'];
  const { out, errors } = await generate(stories, ...sampling);
  const [, seed] = errors.match(/^--seed (\d+) gives this text again\n$/)!;
  expect(await generate(stories, ...sampling, '--seed', seed!)).toEqual({ code: 0, out, errors: '' });
});

test('one seed gives one text, and each filter has an effect', async () => {
  const ids = async (...args: string[]) =>
    (await result(stories, '--prompt', 'Once', '--max-new-tokens', '30', '--temperature', '1.5', ...args))
      .new_token_ids;
  const seven = await ids('--seed', '7');
  expect(await ids('--seed', '7')).toEqual(seven);
  expect(await ids('--seed', '8')).not.toEqual(seven);
  const greedy = (await result(stories, '--prompt', 'Once', '--max-new-tokens', '30', '--temperature', '0'))
    .new_token_ids;
  expect(seven).not.toEqual(greedy);
  expect(await ids('--seed', '7', '--top-k', '1')).toEqual(greedy);
  expect(await ids('--seed', '7', '--top-p', '0.000001')).toEqual(greedy);
});

test('zero new tokens give the prompt back; the finish reason says that positions ran out', async () => {
  expect(await result(stories, '--prompt', 'Once', '--max-new-tokens', '0')).toMatchObject({
    text: 'Once',
    new_text: '',
    token_ids: [1, 403],
    new_token_ids: [],
    finish_reason: 'length',
  });
  expect((await generate(stories, '--prompt', 'Once', '--max-new-tokens', '0')).out).toBe('Once\n');
  const full = await result(nameless, '--prompt-ids', '1,2,3', '--max-new-tokens', '500');
  expect([full.finish_reason, full.token_ids.length]).toEqual(['positions', 64]);
});

test('prompt ids give a text if there is a tokenizer, else ids', async () => {
  const args = ['--max-new-tokens', '3', '--temperature', '0'];
  const { text } = await result(stories, '--prompt', 'Once', ...args);
  expect((await generate(stories, '--prompt-ids', '1,403', ...args)).out).toBe(`${text}\n`);
  const output = await result(nameless, '--prompt-ids', '1, 40', ...args);
  expect((await generate(nameless, '--prompt-ids', '1,40', ...args)).out).toBe(`${output.token_ids.join(',')}\n`);
  expect(output.text).toBe('');
});

test('an encoder-decoder prints its output without the prompt', async () => {
  const args = ['--prompt-ids', '5,6,7', '--max-new-tokens', '4'];
  const { new_token_ids } = await result(translator, ...args);
  expect((await generate(translator, ...args)).out).toBe(`${new_token_ids.join(',')}\n`);
});

test('a stop string ends the text and is not part of it', async () => {
  const output = await result(stories, '--prompt', 'Once', '--temperature', '0', '--stop-strings', 'girl', 'zebra');
  expect([output.finish_reason, output.text]).toEqual(['stop', 'Once upon a time, there was a little ']);
});

test.each(['cpu', 'wasm'])('--backend %s computes, and the result names it', async backend => {
  const output = await result(
    stories,
    '--prompt',
    'Once',
    '--max-new-tokens',
    '16',
    '--temperature',
    '0',
    '--backend',
    backend,
  );
  expect(output.backend).toBe(backend);
  expect(output.text).toMatch(/^Once upon a time, there was a little girl named Lily\./);
});

test('a checkpoint is read from a URL or from the hub, also when the connection breaks', async () => {
  const names = ['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json'];
  const bytes = names.map(async name => [name, await repositoryFile(`fixtures/models/stories260k/${name}`)] as const);
  const hub = await startHub(new Map(await Promise.all(bytes)));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  vi.stubEnv('RESIDUAL_CACHE', folder);
  const args = ['--prompt', 'Once', '--temperature', '0', '--max-new-tokens', '5'];
  const { token_ids: expected } = await result(stories, ...args);
  expect((await result(`${hub.endpoint}/plain/`, ...args)).token_ids).toEqual(expected);
  hub.cutAfter = 700_000;
  hub.requests.length = 0;
  expect((await result('someone/tale', ...args)).token_ids).toEqual(expected);
  const [first, again, ...more] = hub.requests.filter(url => url.startsWith('storage'));
  expect([first, more]).toEqual(['storage', []]);
  const resumed = Number(/^storage bytes=(\d+)-$/.exec(again!)![1]); // what had arrived of the bytes that were sent
  expect(resumed).toBeGreaterThan(0);
  expect(resumed).toBeLessThanOrEqual(700_000);
  hub.isDown = true;
  expect((await result('someone/tale', ...args)).token_ids).toEqual(expected);
  await hub.close();
});

const ids = 'It must be whole numbers with commas between, such as 1,2,3.';
test.each([
  ['temperature', '<t>', '-1', 'It must be a number, 0 (greedy) or more.'],
  ['temperature', '<t>', 'NaN', 'It must be a number, 0 (greedy) or more.'],
  ['temperature', '<t>', 'Infinity', 'It must be a number, 0 (greedy) or more.'],
  ['temperature', '<t>', '', 'It must be a number, 0 (greedy) or more.'],
  ['top-p', '<p>', '0', 'It must be a number above 0 and at most 1.'],
  ['top-p', '<p>', '1.01', 'It must be a number above 0 and at most 1.'],
  ['top-k', '<k>', '0', 'It must be a whole number, 1 or more.'],
  ['top-k', '<k>', '2.5', 'It must be a whole number, 1 or more.'],
  ['seed', '<s>', '1.5', 'It must be a whole number from 0 to 4294967295.'],
  ['seed', '<s>', '4294967296', 'It must be a whole number from 0 to 4294967295.'],
  ['max-new-tokens', '<n>', '-1', 'It must be a whole number, 0 or more.'],
  ['max-new-tokens', '<n>', '1.5', 'It must be a whole number, 0 or more.'],
  ['prompt-ids', '<ids>', '1,,2', ids],
  ['prompt-ids', '<ids>', '1.5', ids],
  ['prompt-ids', '<ids>', '-1', ids],
  ['prompt-ids', '<ids>', '', ids],
])('--%s %s of %j is an error before anything is loaded', async (name, value, text, need) => {
  const message = `error: option '--${name} ${value}' argument '${text}' is invalid. ${need}\n`;
  expect(await generate('./nowhere', `--${name}=${text}`)).toEqual({ code: 1, out: '', errors: message });
});

test.each([
  [
    './nowhere',
    ['--prompt', 'a'],
    'loadModel: ./nowhere is neither a folder that exists, nor a URL, nor an id such as owner/name',
  ],
  [fixture('models'), ['--prompt', 'a'], `loadModel: ${fixture('models')} has no config.json`],
  [nameless, ['--prompt', 'a'], 'generate: this model has no tokenizer; give token ids'],
  [nameless, [], 'generate: this model has no tokenizer; give token ids'],
  [nameless, ['--prompt-ids', '1,128'], 'generate: prompt id 128 is outside the vocabulary of 128'],
  [
    nameless,
    ['--prompt-ids', Array(65).fill(1).join(',')],
    'generate: prompt of 65 tokens is longer than the 64 positions this model has',
  ],
  [
    nameless,
    ['--prompt-ids', '1', '--stop-strings', 'x'],
    'generate: stop strings need a tokenizer, this model has none; end tokens by eosTokenId',
  ],
])('%s %j: one sentence, exit code 1, and nothing else is written', async (model, args, message) => {
  expect(await generate(model, ...args)).toEqual({ code: 1, out: '', errors: `residual: ${message}\n` });
});

test('an empty prompt needs a beginning token', async () => {
  await cp(stories, folder, { recursive: true });
  const change = async (name: string, drop: readonly string[]) => {
    const fields = JSON.parse(await readFile(join(folder, name), 'utf8'));
    for (const field of drop) delete fields[field];
    await writeFile(join(folder, name), JSON.stringify(fields));
  };
  await change('tokenizer.json', ['post_processor']);
  await change('tokenizer_config.json', ['bos_token', 'add_bos_token']);
  await change('config.json', ['bos_token_id']);
  // generation_config.json has one still
  expect((await result(folder, '--max-new-tokens', '0')).token_ids).toEqual([1]);
  await change('generation_config.json', ['bos_token_id']);
  const message = 'residual: generate: the prompt is empty and this model has no beginning token\n';
  expect(await generate(folder, '--prompt', '')).toEqual({ code: 1, out: '', errors: message });
});

test.each([
  [['--prompt', 'a', '--prompt-ids', '1'], "option '--prompt <text>' cannot be used with option '--prompt-ids <ids>'"],
  [
    ['--backend', 'metal'],
    "option '--backend <name>' argument 'metal' is invalid. Allowed choices are cpu, wasm, webgpu.",
  ],
  [['--temprature', '1'], "unknown option '--temprature'\n(Did you mean --temperature?)"],
])('%j is an error', async (args, message) => {
  expect(await generate(stories, ...args)).toEqual({ code: 1, out: '', errors: `error: ${message}\n` });
});

test('--model is required', async () => {
  const errors = "error: required option '--model <source>' not specified\n";
  expect(await runCommand('generate', '--prompt', 'a')).toEqual({ code: 1, out: '', errors });
});

test('--prompt - reads standard input without its last line end', async () => {
  const settings = ['--temperature', '0', '--max-new-tokens', '3'];
  const fromInput = async (...chunks: (string | Uint8Array)[]) => {
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(Readable.from(chunks.map(chunk => Buffer.from(chunk))) as never);
    return generate(stories, '--prompt', '-', ...settings);
  };
  const expected = await generate(stories, '--prompt', 'Once upon', ...settings);
  expect(await fromInput('Once ', 'upon\n')).toEqual(expected);
  expect(await fromInput('Once upon\r\n')).toEqual(expected);
  expect((await fromInput('Once\nupon\n\n')).out).toMatch(/^Once\nupon\n\S*/);
  const nothing =
    'residual: generate: nothing came on standard input; pipe a text in, or give one with --prompt ' +
    "(--prompt '' begins at the beginning token)\n";
  for (const text of ['', '\n']) expect(await fromInput(text)).toEqual({ code: 1, out: '', errors: nothing });
  expect((await fromInput(Uint8Array.of(0xff))).errors).toMatch(
    'generate: standard input is not UTF-8 text, somewhere up to byte 1',
  );
});

import '@residual/testkit/wasm';
import { memoryUsage, ResidualError } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadModel } from './load/load-model.js';
import type { Model } from './model.js';
import { fixtureFiles } from './testing/fixture-files.js';

/** A model as plain JavaScript sees it. */
type Untyped = Record<string, (...values: unknown[]) => Promise<unknown> & { result(): Promise<unknown> }>;

const load = () => loadModel(fixtureFiles('fixtures/models/stories260k'));
let model: Model;
let untyped: Untyped;
beforeAll(async () => {
  model = await load();
  untyped = model as unknown as Untyped;
});
afterAll(() => model.dispose());

const reasonOf = async (work: () => unknown): Promise<Error> => {
  try {
    await work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('no error was thrown');
};
const generate = (prompt: unknown, options = {}) => untyped.generate!(prompt, { maxNewTokens: 2, ...options }).result();

const texts = 'it must be a list of texts';
const prompt = 'it must be a text or a list of token ids';
const prompts = 'they must be a list of texts or of lists of token ids';
const ablations = "it must be a list of { tap: 'decoder.layers.0.attention.weights', heads: [1] }";
test.each<[string, () => unknown]>([
  ['sampling: processors is [5]; it must be a list of functions', () => generate('a', { processors: [5] })],
  ['sampling: processors is {}; it must be a list of functions', () => generate('a', { processors: {} })],
  ['generate: allowedTokens is 5; it must be a function', () => generate('a', { allowedTokens: 5 })],
  [`generate: taps is "x"; ${texts}`, () => generate('a', { taps: 'x' })],
  [`generate: taps is null; ${texts}`, () => generate('a', { taps: null })],
  [`generate: stopStrings is "x"; ${texts}`, () => generate('a', { stopStrings: 'x' })],
  [`generate: ablate is [5]; ${ablations}`, () => generate('a', { ablate: [5] })],
  [
    `generate: ablate is [{"tap":"x","heads":5}]; ${ablations}`,
    () => generate('a', { ablate: [{ tap: 'x', heads: 5 }] }),
  ],
  ['generate: signal is {}; it must be an AbortSignal', () => generate('a', { signal: {} })],
  [`generate: the prompt is null; ${prompt}`, () => generate(null)],
  [`generate: the prompt is 5; ${prompt}`, () => generate(5)],
  [`generate: the prompt is {"ids":[1]}; ${prompt}`, () => generate({ ids: [1] })],
  [`generate: the prompt is a function; ${prompt}`, () => generate(() => 'a')],
  [`generate: the prompts are "abc"; ${prompts}`, () => untyped.generateBatch!('abc').result()],
  [`generate: the prompt is undefined; ${prompt}`, () => untyped.generateBatch!([undefined]).result()],
  [`beamSearch: the prompt is null; ${prompt}`, () => untyped.beamSearch!(null).result()],
  ['beamSearch: signal is 5; it must be an AbortSignal', () => untyped.beamSearch!('a', { signal: 5 }).result()],
  [`forward: the prompt is null; ${prompt}`, () => untyped.forward!(null)],
  [`forward: taps is [5]; ${texts}`, () => untyped.forward!('a', { taps: [5] })],
  ['forward: signal is 5; it must be an AbortSignal', () => untyped.forward!('a', { signal: 5 })],
  [`embed: the prompt is null; ${prompt}`, () => untyped.embed!(null)],
  [`embedBatch: the prompts are null; ${prompts}`, () => untyped.embedBatch!(null)],
  ['embed: signal is 5; it must be an AbortSignal', () => untyped.embed!('a', { signal: 5 })],
  [`contextual: the prompt is null; ${prompt}`, () => untyped.contextual!(null)],
  ['describe: the options are null, not an object; options are keyLen', () => untyped.describe!(null)],
  ['loadModel: signal is 5; it must be an AbortSignal', () => loadModel('x', { signal: 5 as never })],
  ['loadModel: onProgress is 5; it must be a function', () => loadModel('x', { onProgress: 5 as never })],
  [
    'loadModel: the source is null; it must be a folder, a URL, an id such as owner/name, files, or bytes by name',
    () => loadModel(null as never),
  ],
])('a wrong argument is refused: %s', async (message, work) => {
  const before = memoryUsage();
  const error = await reasonOf(work);
  expect(error.message).toBe(message);
  expect(error).toMatchObject({ name: 'ResidualError', code: expect.stringMatching(/^(option|prompt|files)$/) });
  expect(memoryUsage()).toEqual(before);
});

test('a call whose model is disposed meanwhile rejects with that reason, and leaks nothing', async () => {
  const before = memoryUsage();
  const works: Record<string, (ownModel: Model) => Promise<unknown>> = {
    'save: the model was disposed before it was done': ownModel => ownModel.save(),
    'embed: the model was disposed before it was done': ownModel => ownModel.embedBatch(['a', 'b'], { batch: 1 }),
    'contextual: the model was disposed before it was done': ownModel => ownModel.contextual('Once', { lens: 2 }),
    'Model: it was disposed': ownModel => ownModel.generate('Once', { maxNewTokens: 50 }).result(),
  };
  for (const [message, work] of Object.entries(works)) {
    const ownModel = await load();
    const running = reasonOf(() => work(ownModel));
    ownModel.dispose();
    const error = await running;
    expect([ResidualError.is(error) && error.code, error.message]).toEqual(['disposed', message]);
    expect(await reasonOf(() => work(ownModel))).toMatchObject({ code: 'disposed' });
  }
  expect(memoryUsage()).toEqual(before);
});

import '@residual/testkit/wasm';
import { ablate, patch, run, steer } from '@residual/inspect';
import type { Hook } from '@residual/layers';
import { logSoftmax, memoryUsage, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { afterAll, expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

const llama = await loadModel(fixtureFiles('fixtures/checkpoints/llama'));
const marian = await loadModel(fixtureFiles('fixtures/checkpoints/marian'), { generationConfig: {} });
const other = run(llama, [7, 2, 19, 23, 4, 8, 31, 9], { names: ['decoder.layers.1.input'] });
afterAll(() => {
  other.dispose();
  for (const model of [llama, marian]) model.dispose();
});

const direction = Array.from({ length: 32 }, (_, i) => (i % 3) - 1);
/** Positions 0 to 4 are those of the prompt, later ones are generated. */
const hooks: readonly Hook[] = [
  patch('decoder.layers.1.input', { from: other, positions: [2, 6, 7] }),
  steer('decoder.layers.0.output', { direction, scale: 0.3, positions: [1, 5, 6] }),
  ablate('decoder.layers.1.attention.headOutputs', { heads: [3] }),
];
const options = { eosTokenId: [], maxNewTokens: 6, temperature: 0 } as const;

/** The log-probabilities of the token after each prefix of a text, from one pass over the whole text. */
async function logprobsOf(tokens: readonly number[], from: number, given: readonly Hook[]): Promise<number[]> {
  using whole = run(llama, tokens, { hooks: given });
  const logprobs = tidy(() => logSoftmax(whole.output));
  const data = await logprobs.data();
  logprobs.dispose();
  return tokens.slice(from).map((token, i) => data[(from - 1 + i) * llama.vocab + token]!);
}

test('a text generated with hooks by position is that of passes over the whole text', async () => {
  const before = memoryUsage();
  const prompt = [3, 5, 7, 11, 13];
  const plain = await llama.generate(prompt, options).result();
  const logprobs: number[] = [];
  let tokens: readonly number[] = prompt;
  for await (const { token, logprob } of llama.generate(prompt, { ...options, hooks })) {
    tokens = [...tokens, token];
    logprobs.push(logprob);
  }
  const { logits } = await llama.forward(tokens, { hooks });
  const best = tokens.map((_, i) => {
    const row = logits.data.subarray(i * llama.vocab, (i + 1) * llama.vocab);
    return row.indexOf(Math.max(...row));
  });
  expect(best.slice(4, -1)).toEqual(tokens.slice(5));
  await expectClose(logprobs, await logprobsOf(tokens, 5, hooks), { absolute: 1e-5 });
  await expect(expectClose(logprobs, await logprobsOf(tokens, 5, []), { absolute: 1e-2 })).rejects.toThrow('differ');
  expect((await llama.generate(prompt, options).result()).tokens).toEqual(plain.tokens);
  expect(memoryUsage()).toEqual(before);
});

test('in a batch each prompt gets hooks at its own positions, also if it is fed in several passes', async () => {
  const byPosition = hooks.slice(1); // an activation by position cannot be patched into padded sequences
  const prompts = [[3, 5, 7], Array.from({ length: 19 }, (_, i) => (i * 7 + 2) % 128), [1], [9, 8], [2, 2, 6]];
  const together = await llama.generateBatch(prompts, { ...options, hooks: byPosition }).result();
  for (const [i, prompt] of prompts.entries()) {
    const alone = await llama.generate(prompt, { ...options, hooks: byPosition }).result();
    expect(together[i]!.tokens).toEqual(alone.tokens);
    const expected = await logprobsOf(alone.tokens, prompt.length, byPosition);
    await expectClose([together[i]!.logprob], [expected.reduce((sum, each) => sum + each, 0)], { absolute: 1e-4 });
  }
  await expect(llama.generateBatch(prompts, { ...options, hooks }).result()).rejects.toThrow(
    'patch: the sequences are padded or joined, so their positions differ; run one at a time, or put in length 1',
  );
});

test('beams have the scores of passes over the whole text', async () => {
  const [best] = await llama.beamSearch([3, 5, 7, 11, 13], { ...beamOptions, hooks }).result();
  const expected = await logprobsOf(best!.tokens, 5, hooks);
  await expectClose([best!.sum], [expected.reduce((sum, each) => sum + each, 0)], { absolute: 1e-4 });
});
const beamOptions = { eosTokenId: [], maxNewTokens: 4, numBeams: 3 };

test('in an encoder-decoder hooks reach source, cross-attention and target', async () => {
  const source = [5, 9, 17, 33, 0];
  const crossed: readonly Hook[] = [
    steer('encoder.layers.0.output', { direction, positions: [-1] }),
    ablate('decoder.layers.0.crossAttention.key', { positions: [1], value: direction.slice(0, 8) }),
    ablate('decoder.layers.*.crossAttention.headOutputs', { heads: [1], positions: [0, 2] }),
  ];
  for (const generation of [
    async () => (await marian.generate(source, { ...options, hooks: crossed }).result()).tokens,
    async () => (await marian.beamSearch(source, { ...beamOptions, numBeams: 2, hooks: crossed }).result())[0]!,
  ]) {
    const result = await generation();
    const target = 'sum' in result ? result.tokens : result;
    using whole = run(marian, { source, target }, { hooks: crossed });
    const logprobs = tidy(() => logSoftmax(whole.output));
    const data = await logprobs.data();
    logprobs.dispose();
    const { vocab } = marian;
    const rows = target.slice(1).map((_, i) => data.slice(i * vocab, (i + 1) * vocab));
    if ('sum' in result) {
      const sum = rows.reduce((total, row, i) => total + row[target[i + 1]!]!, 0);
      await expectClose([result.sum], [sum], { absolute: 1e-4 });
    } else expect(rows.map(row => row.indexOf(Math.max(...row)))).toEqual(target.slice(1));
  }
});

test('hooks that fit nothing, or are no hooks, are refused, and so is a mean of a step', async () => {
  const before = memoryUsage();
  const refusal = (given: unknown, model = llama) =>
    model.generate([3, 5, 7], { ...options, hooks: given } as never).result();
  await expect(refusal([5])).rejects.toThrow('generate: hooks is [5]; it must be a list of hooks, such as [steer(');
  await expect(refusal([ablate('decoder.layers.9.output')])).rejects.toThrow(
    "ablate: 'decoder.layers.9.output' fits no tensor that came up; the nearest are decoder.layers.0.output, ",
  );
  await expect(refusal([ablate('encoder.layers.9.output')], marian)).rejects.toThrow(
    "ablate: 'encoder.layers.9.output' fits no tensor that came up; the nearest are encoder.layers.0.output, ",
  );
  await expect(refusal([ablate('embedded', { value: 'mean' })])).rejects.toThrow(
    "ablate: value is 'mean' while a text is generated, where a step holds only a part of it",
  );
  expect(memoryUsage()).toEqual(before);
});

test('ablation as plain data is that of the hook', async () => {
  const tap = 'decoder.layers.1.mlp.hidden';
  const ablations = [{ tap, neurons: [0, 5, 7], positions: [1, 6], value: [...Array(48).keys()] }];
  const hook = ablate(tap, { neurons: [0, 5, 7], positions: [1, 6], value: [...Array(48).keys()] });
  const [data, same] = [
    await llama.generate([3, 5, 7, 11, 13], { ...options, ablate: ablations }).result(),
    await llama.generate([3, 5, 7, 11, 13], { ...options, hooks: [hook] }).result(),
  ];
  expect(data).toEqual({ ...same, seed: data.seed });
  const { logits } = await llama.forward([3, 5], { ablate: [{ tap, value: 'mean', heads: undefined }] });
  using mean = run(llama, [3, 5], { hooks: [ablate(tap, { value: 'mean' })] });
  await expectClose([...logits.data], [...(await mean.output.data())], { absolute: 0 });
  await expect(llama.forward([3], { ablate: [{ tap, rows: [1] }] } as never)).rejects.toThrow(
    'forward: ablate: rows is not an option; options are heads, neurons, positions',
  );
});

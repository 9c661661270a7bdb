import { afterEach, expect, test, vi } from 'vitest';
import { fixturePath as fixture } from './testing/folders.js';
import { printed } from './testing/printed.js';

afterEach(() => {
  vi.restoreAllMocks();
});

test('describe gpt3 counts the weights and matrices of the well-known explanation', async () => {
  const { code, out } = await printed('describe', 'gpt3', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out).census).toMatchObject({
    embedding: 617_558_016,
    query: 14_495_514_624,
    key: 14_495_514_624,
    value: 14_495_514_624,
    output: 14_495_514_624,
    up: 57_982_058_496,
    down: 57_982_058_496,
    unembedding: 617_558_016,
    weights: 175_181_291_520,
    matrices: 27_938,
    value_map: { full: 150_994_944, factored: 3_145_728 },
  });
});

test('describe reads a folder and a config.json alike', async () => {
  const folder = await printed('describe', fixture('checkpoints/gpt2'));
  const file = await printed('describe', fixture('checkpoints/gpt2/config.json'));
  expect(folder.code).toBe(0);
  expect(folder.out).toContain('28,672 weights in 31 matrices in 2 blocks');
  expect(file).toEqual(folder);
});

test('a json file that is no config is refused', async () => {
  const { code, errors } = await printed('describe', fixture('checkpoints/llama-sharded/model.safetensors.index.json'));
  expect(code).toBe(1);
  expect(errors).toBe(
    'residual: familyOf: model_type undefined (architectures undefined) is not known; known are gpt2, llama\n',
  );
});

test('generate prints one object, and the same text for the same seed', async () => {
  const args = ['generate', '--model', fixture('models/stories260k'), '--prompt', 'Once', '--json'];
  const drawn = ['--max-new-tokens', '7', '--temperature', '0.8', '--seed', '3'];
  const first = await printed(...args, ...drawn);
  const result = JSON.parse(first.out);
  expect(first.code).toBe(0);
  expect(result).toMatchObject({ finish_reason: 'length', seed: 3, backend: 'wasm' });
  expect(result.new_token_ids).toHaveLength(7);
  expect(result.token_ids).toHaveLength(result.prompt_tokens + 7);
  const streamed = await printed(...args.slice(0, -1), ...drawn);
  expect(streamed.out).toBe(`Once${result.new_text}\n`);
});

test('parity agrees with a reference, and says so in numbers', async () => {
  const { code, out } = await printed('parity', fixture('checkpoints/llama-sharded'), '--json');
  const report = JSON.parse(out);
  expect(code).toBe(0);
  expect(report.pass).toBe(true);
  expect(report.checks.map(({ name }: { name: string }) => name)).toEqual(['logits']);
  expect(report.checks[0].max_abs).toBeLessThan(1e-4);
  expect(report.skipped).toEqual([]);
});

test('what is wrong is one sentence and exit code 1', async () => {
  const { code, errors } = await printed('parity', fixture('models'));
  expect(code).toBe(1);
  expect(errors).toMatch(/^residual: parity: .* has no golden\.safetensors to compare with\n$/);
});

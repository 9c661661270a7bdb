import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalog } from '@residual/families';
import { repositoryFile } from '@residual/testkit';
import { startHub } from '@residual/testkit/hub';
import { expect, test, vi } from 'vitest';
import { fixture, runCommand } from '../testing/run-command.js';

const described = async (source: string) => {
  const { code, out, errors } = await runCommand('describe', source, '--json');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  return JSON.parse(out);
};

test('gpt3 has the weights and matrices of the well-known explanation', async () => {
  const { census, parameters, max_positions, depth } = await described('gpt3');
  const each = { query: 14_495_514_624, key: 14_495_514_624, value: 14_495_514_624, output: 14_495_514_624 };
  const mlp = { up: 57_982_058_496, gate: 0, down: 57_982_058_496, other: 0 };
  const ends = { embedding: 617_558_016, unembedding: 617_558_016 };
  const all = { weights: 175_181_291_520, matrices: 27_938 };
  expect(census).toEqual({
    ...each,
    ...mlp,
    ...ends,
    ...all,
    value_map: { full: 150_994_944, factored: 3_145_728 },
  });
  const [block, positionTable] = [(12 * 12_288 + 13) * 12_288, 2048 * 12_288];
  expect(parameters).toBe(96 * block + 2 * 617_558_016 + positionTable + 2 * 12_288);
  expect([max_positions, depth]).toEqual([2048, 96]);
});

test('the tables of gpt3 have the same numbers', async () => {
  const { code, out } = await runCommand('describe', 'gpt3');
  expect(code).toBe(0);
  expect(out).toContain(
    '175,181,291,520 weights in 27,938 matrices (often called layers) in 96 blocks ' +
      '(vectors and position tables not counted)\n' +
      'value map of a head: 150,994,944 in full, 3,145,728 factored into value-down and value-up\n',
  );
  expect(out).toMatch(/^embedding {4}617,558,016$/m);
  expect(out).toMatch(/^unembedding {2}617,558,016$/m);
  expect(out).toContain('(blocks 1 to 95 as block 0; --parts lists them)');
});

test('a tied unembedding counts 0 and still costs its operations', async () => {
  const { census, parameters, bytes, flops_per_token } = await described('gpt2');
  expect(census.unembedding).toBe(0);
  expect(census.embedding).toBe(50_257 * 768);
  expect(census.matrices).toBe(1 + 12 * (3 * 12 + 1 + 2));
  expect([parameters, bytes]).toEqual([124_439_808, 497_759_232]);
  const inMatrices = 12 * 12 * 768 * 768 + 50_257 * 768; // attention 4, mlp 8 of [768, 768]; the tied head
  expect(flops_per_token).toBe(2 * inMatrices + 12 * 4 * 768 * 1024);
});

test('a folder, its config.json, a URL, a URL of its config.json and an id of the hub give the same', async () => {
  const config = await repositoryFile('fixtures/models/stories260k/config.json');
  const hub = await startHub(new Map([['config.json', config]]));
  vi.stubEnv('HF_ENDPOINT', hub.endpoint);
  const cache = await mkdtemp(join(tmpdir(), 'residual-describe-'));
  vi.stubEnv('RESIDUAL_CACHE', cache);
  const folder = await described(fixture('models/stories260k'));
  expect(folder.family).toBe('llama');
  expect(folder.parameters).toBe(
    512 * 64 + 64 + 5 * (2 * 64 * 64 + 2 * 64 * 32 + 3 * 64 * 172 + 2 * 64), // embedding, norm, blocks
  );
  expect(await described(fixture('models/stories260k/config.json'))).toEqual(folder);
  expect(await described(`${hub.endpoint}/plain`)).toEqual(folder);
  expect(await described(`${hub.endpoint}/plain/config.json`)).toEqual(folder);
  expect(await described('someone/tale')).toEqual(folder);
  vi.unstubAllEnvs();
  await hub.close();
  await rm(cache, { recursive: true });
});

test('no weights are allocated: describing 175 billion parameters takes less than 100 MB', async () => {
  const before = process.memoryUsage().rss;
  await described('gpt3');
  expect(process.memoryUsage().rss - before).toBeLessThan(1e8);
});

test('--parts lists every block', async () => {
  const { out } = await runCommand('describe', fixture('checkpoints/gpt2'), '--parts');
  expect(out).toMatch(/^decoder\.layers\.1\.mlp\.down\.bias +vector +\[32\] +32$/m);
  expect(out).not.toContain('--parts lists them');
  const { out: short } = await runCommand('describe', fixture('checkpoints/gpt2'));
  expect(short).toContain('(block 1 as block 0; --parts lists it)');
  expect(short).toContain('28,672 weights in 31 matrices');
});

const knownTypes = catalog.flatMap(({ modelTypes }) => modelTypes).join(', ');

test.each([
  ['nowhere', 'loadModel: nowhere is neither a folder that exists, nor a URL, nor an id such as owner/name'],
  [fixture('checkpoints'), `loadModel: ${fixture('checkpoints')} has no config.json`],
  ['missing.json', "describe: missing.json cannot be read: ENOENT: no such file or directory, open 'missing.json'"],
  [
    fixture('checkpoints/llama-sharded/model.safetensors.index.json'),
    `familyOf: model_type undefined (architectures undefined) is not known; known are ${knownTypes}`,
  ],
])('%s is one sentence and exit code 1', async (source, message) => {
  expect(await runCommand('describe', source)).toEqual({ code: 1, out: '', errors: `residual: ${message}\n` });
});

import { readFile } from 'node:fs/promises';
import { printable } from '@residual/base';
import { expect, test } from 'vitest';
import { fileSource } from './node.js';
import { openSafetensors } from './open.js';
import { openSharded } from './sharded.js';
import { bytesSource, type Source } from './source.js';
import { writeSafetensors } from './write.js';

const fixtures = new URL('../../../fixtures/checkpoints/', import.meta.url);
const value = (number: number) => ({ dtype: 'F32' as const, shape: [1], data: Float32Array.of(number) });

const shards: Record<string, Source> = {
  'a.safetensors': bytesSource(writeSafetensors({ x: value(1), y: value(2) }, { format: 'pt' })),
  'b.safetensors': bytesSource(writeSafetensors({ z: value(3) }, { format: 'pt' })),
};
const indexOf = (weightMap: unknown) => JSON.stringify({ metadata: { total_size: 12 }, weight_map: weightMap });
const good = { z: 'b.safetensors', x: 'a.safetensors', y: 'a.safetensors' };

/** Opens shards, and notes which were asked for. */
function open(index: string, asked: string[] = [], files = shards) {
  return openSharded(index, async fileName => {
    asked.push(fileName);
    if (!files[fileName]) throw new Error(`there is no ${fileName}`);
    return files[fileName];
  });
}

test('a reference checkpoint in four shards equals the single file', async () => {
  const folder = new URL('llama-sharded/', fixtures);
  const index = await readFile(new URL('model.safetensors.index.json', folder), 'utf8');
  const sharded = await openSharded(index, name => fileSource(new URL(name, folder)));
  const whole = await openSafetensors(await fileSource(new URL('llama/model.safetensors', fixtures)));
  expect(sharded.metadata).toEqual({ format: 'pt' });
  expect([...sharded.tensors.keys()].sort()).toEqual([...whole.tensors.keys()].sort());
  for (const name of whole.tensors.keys()) expect(await sharded.read(name)).toEqual(await whole.read(name));
});

test('each shard is opened once, and a tensor is read from its shard', async () => {
  const asked: string[] = [];
  const file = await open(indexOf(good), asked);
  expect(asked.sort()).toEqual(['a.safetensors', 'b.safetensors']);
  expect([...file.tensors.keys()].sort()).toEqual(['x', 'y', 'z']);
  expect((await file.readFloat32('y')).data).toEqual(Float32Array.of(2));
  expect((await file.read('z')).data).toEqual(Float32Array.of(3));
  await expect(file.read('w')).rejects.toMatchObject({
    code: 'missing',
    message: 'read: no tensor "w" among 3: "z", "x", "y"',
  });
  expect(asked.length).toBe(2);
});

test.each([3, 8, 30])('%i shards are opened once each, at most eight at a time', async count => {
  const [names, asked] = [Array.from({ length: count }, (_, i) => `${i}.safetensors`), [] as string[]];
  let [running, most] = [0, 0];
  const index = indexOf(Object.fromEntries(names.map((name, i) => [`t${i}`, name])));
  await openSharded(index, async name => {
    asked.push(name);
    most = Math.max(most, ++running);
    const bytes = writeSafetensors({ [`t${names.indexOf(name)}`]: value(1) });
    const source = bytesSource(bytes);
    let reads = 0;
    return {
      ...source,
      read: async (start, end) => {
        await new Promise(resolve => setImmediate(resolve));
        if (++reads === 2) running--; // its length was read, and now its header
        return source.read(start, end);
      },
    };
  });
  expect(asked).toEqual(names);
  expect([most, running]).toEqual([Math.min(count, 8), 0]);
});

const wrong: [name: string, index: string, message: string][] = [
  [
    'a tensor that its shard lacks',
    indexOf({ ...good, w: 'b.safetensors' }),
    'listed but missing 1: "b.safetensors: w"; not listed 0: ',
  ],
  [
    'a tensor that is not listed',
    indexOf({ x: 'a.safetensors', z: 'b.safetensors' }),
    'listed but missing 0: ; not listed 1: "a.safetensors: y"',
  ],
  [
    'a tensor listed in the wrong shard',
    indexOf({ ...good, x: 'b.safetensors' }),
    'listed but missing 1: "b.safetensors: x"; not listed 1: "a.safetensors: x"',
  ],
  [
    'a shard that does not open',
    indexOf({ ...good, w: 'c.safetensors' }),
    'shard "c.safetensors": there is no c.safetensors',
  ],
  ['an index without a weight_map', '{"metadata":{}}', 'the weight_map is empty'],
  ['an index that is null', 'null', 'the weight_map is empty'],
  ['an empty weight_map', indexOf({}), 'the weight_map is empty'],
  ['a weight_map that is a number', indexOf(5), 'the weight_map is empty'],
  ['a shard whose name is a number', indexOf({ x: 5 }), 'shard "5" is not a plain file name'],
  ['a shard whose name is a list', indexOf({ x: ['a.safetensors'] }), 'shard "a.safetensors" is not a plain file name'],
];

test.each(wrong)('%s is an error', async (_, index, message) => {
  const error = { name: 'ResidualError', code: 'index', message: `openSharded: ${message}` };
  await expect(open(index)).rejects.toMatchObject(error);
});

test('an index that is not JSON is an error', async () => {
  await expect(open('{"weight_map":{')).rejects.toMatchObject({
    code: 'index',
    message: expect.stringMatching(/^openSharded: .*JSON/),
  });
});

test('a tensor in two shards is an error', async () => {
  const files = { ...shards, 'b.safetensors': bytesSource(writeSafetensors({ z: value(3), x: value(4) })) };
  for (const [listed, other] of ['ab', 'ba']) {
    await expect(open(indexOf({ ...good, x: `${listed}.safetensors` }), [], files)).rejects.toMatchObject({
      code: 'index',
      message: `openSharded: listed but missing 0: ; not listed 1: "${other}.safetensors: x"`,
    });
  }
});

test.each([
  '../a.safetensors',
  '/etc/passwd',
  'sub/a.safetensors',
  '..',
  '.',
  '',
  '..\\a.safetensors',
  'C:a.safetensors',
  'C:\\a.safetensors',
  'https://example.com/a.safetensors',
  '%2e%2e%2fa.safetensors',
  'a.safetensors?download=true',
  'a.safetensors#b',
  'a\u0000.safetensors',
  'a\n.safetensors',
  '\u202ea.safetensors',
])('a shard named %j never reaches `open`', async fileName => {
  const asked: string[] = [];
  await expect(open(indexOf({ x: 'a.safetensors', y: fileName }), asked)).rejects.toMatchObject({
    code: 'index',
    message: printable(`openSharded: shard ${JSON.stringify(fileName)} is not a plain file name`),
  });
  expect(asked).toEqual([]);
});

test('the error for an invalid shard names the shard and the problem', async () => {
  const files = { ...shards, 'b.safetensors': bytesSource(new Uint8Array(5)) };
  const error = await open(indexOf(good), [], files).catch(error => error);
  expect(error).toMatchObject({
    code: 'index',
    message: 'openSharded: shard "b.safetensors": openSafetensors: the file has 5 bytes; 8 would fit',
    cause: { code: 'format' },
  });
});

test('a signal aborts opening with its reason', async () => {
  const reason = new Error('never mind');
  const aborted = openSharded(indexOf(good), name => shards[name]!, { signal: AbortSignal.abort(reason) });
  expect(await aborted.catch(error => error)).toBe(reason);
});

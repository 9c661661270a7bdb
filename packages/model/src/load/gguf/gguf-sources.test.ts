import '@residual/testkit/cpu';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGguf, writeGguf } from '@residual/gguf';
import { bytesSource } from '@residual/safetensors';
import { type Matrix, matrixValues } from '@residual/tensor';
import { fixture } from '@residual/testkit';
import { startHub } from '@residual/testkit/hub';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeSource, type LoadModelOptions, loadModel, type ModelSource, sourceSize } from '../../index.js';

const bytes = await fixture('gguf/llama/model-q4_0.gguf');
const name = 'tiny-q4_0.gguf';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-gguf-'));
  await writeFile(join(folder, name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

/** Loads a source and returns what tells models apart. */
async function load(source: ModelSource, options: LoadModelOptions = {}) {
  const model = await loadModel(source, options);
  const { embedding } = model.weights as unknown as { embedding: { weight: Matrix } };
  const values = await matrixValues(embedding.weight);
  model.dispose();
  return [values[0], values.at(-1)];
}

test('a path, a folder with one, bytes and a dropped file are one model', async () => {
  const expected = await load(new Map([[name, bytes]]));
  expect(await load(join(folder, name))).toEqual(expected);
  expect(await load(folder)).toEqual(expected);
  expect(await load([new File([bytes as Uint8Array<ArrayBuffer>], name)])).toEqual(expected);
  const { family, composition } = await describeSource(join(folder, name));
  expect([family.name, composition.depth]).toEqual(['llama', 2]);
});

describe('over the network', () => {
  const files = new Map([
    [name, bytes],
    ['other.gguf', bytes],
  ]);

  test('a URL is read by ranges, with its query', async () => {
    const requests: string[] = [];
    const fetch = async (input: string | URL | Request, init?: RequestInit) => {
      const [, from, to] = /bytes=(\d+)-(\d*)/.exec(new Headers(init?.headers).get('range') ?? '')!;
      const end = to === '' ? bytes.length : Math.min(Number(to) + 1, bytes.length);
      requests.push(`${input} ${from}`);
      const headers = {
        'content-range': `bytes ${from}-${end - 1}/${bytes.length}`,
        'content-length': `${end - Number(from)}`,
      };
      return new Response(bytes.slice(Number(from), end), { status: 206, headers });
    };
    const url = 'https://models.example/a%20folder/tiny%20q4_0.gguf?download=true';
    expect(await load(url, { fetch })).toEqual(await load(new Map([[name, bytes]])));
    expect(requests.every(request => request.startsWith(`${url} `))).toBe(true);
  });

  test('an id with the name of a file is downloaded', async () => {
    const hub = await startHub(files);
    try {
      const settings = { hub: { endpoint: hub.endpoint, cache: join(folder, 'cache') } };
      const { weightBytes, fileBytes } = await sourceSize(`someone/tale/${name}`, settings);
      expect([weightBytes, fileBytes]).toEqual([45_312, bytes.length]);
      const ranges = hub.requests.filter(request => request.includes(name));
      expect(ranges.length).toBeGreaterThan(0);
      expect(ranges.every(request => request.includes('bytes='))).toBe(true); // nothing is downloaded whole
      expect(await load(`someone/tale/${name}`, settings)).toEqual(await load(new Map([[name, bytes]])));
      await expect(load('someone/tale', settings)).rejects.toThrow(
        `loadModel: someone/tale (main) holds several GGUF files, other.gguf, ${name}; the source must name one`,
      );
      await expect(load('someone/tale/absent.gguf', settings)).rejects.toThrow(
        'loadModel: someone/tale (main) has no absent.gguf',
      );
    } finally {
      await hub.close();
    }
  });
});

test('a model in several files is loaded by the first of them', async () => {
  const whole = await openGguf(bytesSource(bytes));
  const tensors = [...whole.tensors];
  const parts = new Map<string, Uint8Array>();
  for (const index of [0, 1]) {
    const own = new Map();
    for (const [tensor, { type, shape }] of tensors.slice(11 * index, 11 * (index + 1)))
      own.set(tensor, { type, shape, data: await whole.read(tensor) });
    const split = Object.entries({ no: index, count: 2, 'tensors.count': tensors.length }).map(
      ([key, value]) => [`split.${key}`, { type: 'int32', value }] as const,
    );
    const metadata = new Map([...(index === 0 ? whole.metadata : []), ...split]);
    parts.set(`tiny-0000${index + 1}-of-00002.gguf`, await writeGguf({ metadata, tensors: own }));
  }
  expect(await load(parts)).toEqual(await load(new Map([[name, bytes]])));
  parts.delete('tiny-00002-of-00002.gguf');
  await expect(load(parts)).rejects.toThrow('loadModel: the source has no tiny-00002-of-00002.gguf');
});

test('a source that is no file says what a source may be', async () => {
  await expect(load(join(folder, 'absent.gguf'))).rejects.toThrow(
    'is neither a file that exists, nor a URL, nor a file of an id such as owner/name/model.gguf',
  );
});

test('a file that is cut short names both lengths', async () => {
  await expect(load(new Map([[name, bytes.subarray(0, 40_000)]]))).rejects.toThrow(
    'openGguf: the file has 40000 bytes; 41312 would fit, for tensor "blk.1.ffn_up.weight"',
  );
});

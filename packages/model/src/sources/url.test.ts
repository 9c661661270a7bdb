import '@residual/testkit/wasm';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { repositoryFile } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadModel } from '../load-model.js';

const folder = 'packages/model-stories/model';
const files = new Map<string, Uint8Array>();
const ranges: string[] = [];
let knowsRanges = true;
let server: Server;

beforeEach(async () => {
  for (const name of ['config.json', 'model.safetensors', 'tokenizer.json'])
    files.set(name, await repositoryFile(`${folder}/${name}`));
  [knowsRanges, ranges.length] = [true, 0];
  server = createServer((request, response) => {
    const bytes = files.get(request.url!.replace('/story/', ''));
    if (!bytes) return void response.writeHead(404).end();
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (request.headers.range) ranges.push(`${from}-${to}`);
    if (!knowsRanges || from === undefined) return void response.end(bytes);
    const end = Math.min(Number(to) + 1, bytes.length);
    response.writeHead(206, { 'content-range': `bytes ${from}-${end - 1}/${bytes.length}` });
    response.end(bytes.subarray(Number(from), end));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const load = () => loadModel(`http://127.0.0.1:${(server.address() as AddressInfo).port}/story`);

test('weights are read in the order of the file: each byte once, in few requests', async () => {
  const model = await load();
  const size = files.get('model.safetensors')!.length;
  expect(size).toBeGreaterThan(2 ** 24); // two windows
  expect(ranges).toEqual(['0-65535', `0-${2 ** 24 - 1}`, `${2 ** 24}-${size - 1}`]);
  const here = await loadModel(files);
  expect((await model.forward([5, 7])).logits.data).toEqual((await here.forward([5, 7])).logits.data);
  model.dispose();
  here.dispose();
});

test('a server that knows no ranges serves too', async () => {
  knowsRanges = false;
  const model = await load();
  expect(ranges).toHaveLength(1);
  const { finishReason } = await model.generate('Once', { maxNewTokens: 2, eos: [] }).whole();
  expect(finishReason).toBe('length');
  model.dispose();
});

test('what is missing is named', async () => {
  files.delete('model.safetensors');
  await expect(load()).rejects.toThrow(
    '/story/ has neither model.safetensors nor model.safetensors.index.json; other weight formats are not read',
  );
  files.delete('config.json');
  await expect(load()).rejects.toThrow('/story/ has no config.json');
});

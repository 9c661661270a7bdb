import '@residual/testkit/wasm';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { init } from '@residual/layers';
import { asModel } from '@residual/model';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layer } from '../testing/own-layer.js';
import { runCommand } from '../testing/run-command.js';

let folder: string;
let newTokens: readonly number[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-layer-'));
  using model = asModel(layer, { weights: init(layer, { seed: 5 }), config: { max_position_embeddings: 64 } });
  ({ newTokens } = await model.generate([3, 5], { temperature: 0, maxNewTokens: 4 }).result());
  for (const [name, bytes] of await model.save()) await writeFile(join(folder, name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

const module = (name: string) => fileURLToPath(new URL(`../testing/${name}.ts`, import.meta.url));
const generate = (...args: string[]) =>
  runCommand(
    'generate',
    '--model',
    folder,
    '--prompt-ids',
    '3,5',
    '--temperature',
    '0',
    '--max-new-tokens',
    '4',
    ...args,
  );

test('a model that was composed by hand is opened with the module of its layer', async () => {
  const { out } = await generate('--layer-module', module('own-layer'), '--json');
  expect(JSON.parse(out).new_token_ids).toEqual(newTokens);
});

test('without it, or with a module without a layer, the error says so', async () => {
  expect((await generate()).errors).toContain('was composed by hand, which no family describes');
  const file = module('folders');
  expect((await generate('--layer-module', file)).errors).toContain(
    `--layer-module: ${file} exports no layer, neither as layer nor by default`,
  );
});

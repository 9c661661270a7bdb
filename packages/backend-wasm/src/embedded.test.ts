import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
// @ts-expect-error: a plain script, shared with the build
import { sourceHash as hashOfSources } from '../kernels/sources.mjs';
import { gunzipBase64 } from './embedded.js';
import { bytes as kernels, sourceHash } from './generated/kernels.js';
import { bytes as stock } from './generated/tfjs.js';
import { expectOwnsNoMemory } from './testing/owns-no-memory.js';

test('the committed kernels were built from the current sources', () => {
  expect(sourceHash, 'run node packages/backend-wasm/kernels/build.mjs').toBe(hashOfSources());
});

test('the kernels have no memory, no stack and no static data', async () => {
  await expectOwnsNoMemory(await WebAssembly.compile(await gunzipBase64(kernels)));
});

test("the embedded build of tfjs's module is the installed one, byte for byte", async () => {
  const path = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');
  expect(Buffer.compare(readFileSync(path), await gunzipBase64(stock))).toBe(0);
});

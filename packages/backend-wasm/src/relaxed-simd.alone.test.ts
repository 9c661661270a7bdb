import { setFlagsFromString } from 'node:v8';
import { expect, test } from 'vitest';
import { gunzipBase64 } from './embedded.js';
import { bytes as strict } from './generated/kernels.js';
import { bytes as relaxed } from './generated/relaxed-kernels.js';
import { hasRelaxedSimd } from './relaxed-simd.js';
import { expectOwnsNoMemory } from './testing/owns-no-memory.js';

if (!hasRelaxedSimd()) setFlagsFromString('--experimental-wasm-relaxed-simd'); // Node 20 has it behind a flag

test('this process has relaxed SIMD, and its kernels take the place of others', async () => {
  expect(hasRelaxedSimd()).toBe(true);
  const [module, others] = await Promise.all(
    [relaxed, strict].map(async text => WebAssembly.compile(await gunzipBase64(text))),
  );
  await expectOwnsNoMemory(module!);
  const names = (of: WebAssembly.Module) => WebAssembly.Module.exports(of).map(({ name }) => name);
  expect(names(others!)).toEqual(expect.arrayContaining(names(module!)));
  expect(names(module!)).toEqual(expect.arrayContaining(['linearFewRows', 'linearOneRow', 'matMul']));
});

// Their tests again, on this build.
await import('./kernels/linear.test.js');
await import('./kernels/mat-mul.test.js');
await import('./kernels/packed.test.js');

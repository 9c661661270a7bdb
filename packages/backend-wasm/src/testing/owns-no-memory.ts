import { expect } from 'vitest';

/** Expects a module to import its memory, to export functions alone, and to write nothing when it starts. */
export async function expectOwnsNoMemory(module: WebAssembly.Module): Promise<void> {
  expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
  const exported = WebAssembly.Module.exports(module);
  expect(exported.every(({ kind }) => kind === 'function')).toBe(true);
  const memory = new WebAssembly.Memory({ initial: 2 });
  const bytes = new Uint8Array(memory.buffer).fill(77);
  await WebAssembly.instantiate(module, { env: { memory } });
  expect(bytes.every(value => value === 77)).toBe(true);
}

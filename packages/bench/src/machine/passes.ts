import { bytes } from './pass-bytes.js';

/** Passes that read an int8 table once, in several ways. */
export interface Passes {
  /** A plain loop over the table as 32-bit integers, the fastest with typed arrays. */
  typedArray(): number;
  /** A SIMD loop that widens the int8 numbers and sums them. */
  simdSum(): number;
  /** A SIMD loop that only loads: the limit of the memory. */
  simdLoad(): number;
}

/** Passes over a copy of a table in its own memory. */
export function passesOver(table: Int8Array): Passes {
  const length = Math.ceil(table.length / 64) * 64;
  const memory = new WebAssembly.Memory({ initial: Math.max(2, Math.ceil(length / 65536)) });
  new Int8Array(memory.buffer).set(table);
  const { pass, sum } = instanceOn(memory);
  const words = new Int32Array(memory.buffer, 0, length / 4);
  return {
    typedArray: () => {
      let total = 0;
      for (let i = 0; i < words.length; i++) total = (total + words[i]!) | 0;
      return total;
    },
    simdSum: () => sum(0, length),
    simdLoad: () => pass(0, length),
  };
}

/** Operations of float32 that `multiply` makes in each of its rounds: 16 multiplications and additions of 4 numbers. */
const operationsPerRound = 2 * 16 * 4;

/** Makes this many multiplications and additions of float32 in 128-bit SIMD, in registers: the limit of arithmetic. */
export function multiplyInRegisters(operations: number): number {
  const { multiply } = instanceOn(new WebAssembly.Memory({ initial: 2 }));
  return multiply(0.5, Math.round(operations / operationsPerRound));
}

interface Kernels {
  readonly pass: (at: number, count: number) => number;
  readonly sum: (at: number, count: number) => number;
  readonly multiply: (x: number, rounds: number) => number;
}

function instanceOn(memory: WebAssembly.Memory): Kernels {
  const code = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } });
  return exports as unknown as Kernels;
}

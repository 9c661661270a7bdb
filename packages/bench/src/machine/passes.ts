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
  const code = Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0));
  const { pass, sum } = new WebAssembly.Instance(new WebAssembly.Module(code), { env: { memory } }).exports as Record<
    string,
    (at: number, count: number) => number
  >;
  const words = new Int32Array(memory.buffer, 0, length / 4);
  return {
    typedArray: () => {
      let total = 0;
      for (let i = 0; i < words.length; i++) total = (total + words[i]!) | 0;
      return total;
    },
    simdSum: () => sum!(0, length),
    simdLoad: () => pass!(0, length),
  };
}

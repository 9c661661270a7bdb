/** Hostile zips; the module that a process with a small heap reads. */
import type { Bomb, BombTarget } from '@residual/testkit/bombs';
import { zipSync } from 'fflate';
import { unzipFiles } from '../zip.js';

const text = new TextEncoder().encode('{"model_type":"llama","hidden_size":32}');
const files = { 'config.json': text, 'model/weights.bin': Uint8Array.of(1, 2, 3), 'model/': new Uint8Array(0) };
const seeds = () => [zipSync(files, { level: 0 }), zipSync(files, { level: 6 }), zipSync({ 'a.json': text })];

const patched = (bytes: Uint8Array, change: (view: DataView, directory: number) => void) => {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  change(view, view.getUint32(copy.length - 6, true)); // from the end record
  return copy;
};
const zeros = (megabytes: number) => zipSync({ 'a.bin': new Uint8Array(megabytes * 2 ** 20) });

/** Archives that someone drops on a page. */
export const zip: BombTarget<Uint8Array> = {
  *inputs(): Generator<Bomb<Uint8Array>> {
    const [stored] = seeds();
    for (let at = 0; at < stored!.length; at++) yield { name: `byte ${at} = 255`, make: () => stored!.with(at, 255) };
    for (const [field, at] of [
      ['packed', 20],
      ['size', 24],
    ] as const)
      for (const size of [0, 1_999_999_999, 0x7fffffff, 0xfffffffe, 0xffffffff])
        yield {
          name: `${field} ${size}`,
          make: () => patched(zipSync(files), (view, directory) => view.setUint32(directory + at, size, true)),
        };
    yield { name: 'many zeros', make: () => zeros(20) };
    yield {
      name: 'zeros with a small declared size',
      make: () => patched(zeros(20), (view, directory) => view.setUint32(directory + 24, 10, true)),
    };
    yield {
      name: 'many files',
      make: () => zipSync(Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`${i}`, Uint8Array.of(i)]))),
    };
    yield { name: 'a long name', make: () => zipSync({ ['x'.repeat(60_000)]: text }) };
    yield { name: 'no directory', make: () => new Uint8Array(5_000_000) };
  },
  read: bytes => {
    // Bytes at hand in place of a file, whose streams would take longer than the reading.
    const file = { name: 'a.zip', size: bytes.length, arrayBuffer: async () => bytes.slice().buffer };
    return unzipFiles([file as Partial<File> as File]);
  },
  seeds,
};

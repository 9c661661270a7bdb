/** Lists the tensors of a safetensors file, a sharded checkpoint's index or a URL: node inspect.js model.safetensors */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { httpSource, openSafetensors, openSharded, type Safetensors, streamSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';

/** Opens a file, an index or a URL. Only headers are read. */
export async function open(location: string): Promise<Safetensors> {
  if (/^https?:/.test(location)) return openSafetensors(await httpSource(location));
  if (!location.endsWith('.index.json')) return openSafetensors(await fileSource(location));
  return openSharded(await readFile(location, 'utf8'), name => fileSource(join(dirname(location), name)));
}

/** The minimum, mean and maximum of a float tensor. */
export async function range(file: Safetensors, name: string): Promise<string> {
  const { data } = await file.readFloat32(name);
  let [min, max, sum] = [Infinity, -Infinity, 0];
  for (const value of data) {
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
  }
  return `${min.toFixed(3)} … ${(sum / data.length).toFixed(3)} … ${max.toFixed(3)}`;
}

/** A sample file for calls without an argument: 3 tensors of 97 x 31 sines, created one at a time while writing. */
async function writeSines(): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'safetensors-')), 'sines.safetensors');
  const sines = (step: number) => ({
    dtype: 'F32' as const,
    shape: [97, 31],
    data: () => Float32Array.from({ length: 97 * 31 }, (_, i) => Math.sin(i * step)),
  });
  await writeFile(path, streamSafetensors({ slow: sines(0.001), middle: sines(0.1), fast: sines(1) }));
  return path;
}

const location = process.argv[2] ?? (await writeSines());
const file = await open(location);
console.log(location, file.metadata);
for (const [name, { dtype, shape, byteLength }] of file.tensors) {
  const values = /^B?F\d+$/.test(dtype) ? await range(file, name) : '';
  console.log(`${name}  ${dtype} [${shape.join(', ')}]  ${byteLength} bytes  ${values}`);
}

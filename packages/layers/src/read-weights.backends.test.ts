import { float32ToFloat16 } from '@residual/number-formats';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { dispose, isPacked, type MatrixForm, memoryUsage, packBits, type Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { load, matrix, type NamedArrays, rowsByName, type StoredRows, transposedRows } from './index.js';

/** The rows of three matrices [out, 151] side by side, as [in, out] and as [out, in]; more than one piece. */
const [inDim, parts] = [151, { query: 2048, key: 1025, value: 1026 }];
const total = 2048 + 1025 + 1026;
const layer = {
  needs: {
    query: matrix([parts.query, inDim]),
    key: matrix([parts.key, inDim]),
    value: matrix([parts.value, inDim]),
  },
};
const values = Float32Array.from({ length: inDim * total }, (_, i) => Math.fround(((i * 7919) % 1013) / 1024 - 0.5));
const data = { F32: values, F16: float32ToFloat16(values) };
const bytes = writeSafetensors({
  'F32 [in, out]': { dtype: 'F32', shape: [inDim, total], data: data.F32 },
  'F16 [in, out]': { dtype: 'F16', shape: [inDim, total], data: data.F16 },
  'F32 [out, in]': { dtype: 'F32', shape: [total, inDim], data: data.F32 },
  'F16 [out, in]': { dtype: 'F16', shape: [total, inDim], data: data.F16 },
});

/** Arrays that are parts of one tensor of the file, and the pieces that are read of it. */
async function arraysOf(name: 'F32' | 'F16', transposed: boolean) {
  const file = await openSafetensors(bytesSource(bytes));
  const source = rowsByName(file).get(`${name} ${transposed ? '[in, out]' : '[out, in]'}`)!;
  const pieces: string[] = [];
  const { readPackedRows } = source;
  const rows: StoredRows = {
    ...source,
    readRows: (from, to, options) => {
      pieces.push(`${from}-${to}`);
      return source.readRows(from, to, options);
    },
    ...(readPackedRows && {
      readPackedRows: (from, to, options) => {
        pieces.push(`bits ${from}-${to}`);
        return readPackedRows(from, to, options);
      },
    }),
  };
  let start = 0;
  const slices = new Map(
    Object.entries(parts).map(([path, out]) => {
      const slice = { rows, start, transposed };
      start += out;
      return [path, slice] as const;
    }),
  );
  const arrays: NamedArrays = {
    names: [...slices.keys()],
    shapeOf: path => [parts[path as 'key'], inDim],
    read: () => expect.unreachable(),
    sliceOf: path => slices.get(path),
  };
  return { arrays, pieces };
}

/** The entries of one part as [out, in], as they should be. */
function expected(path: keyof typeof parts, transposed: boolean): Float32Array {
  const start = path === 'query' ? 0 : path === 'key' ? 2048 : 2048 + 1025;
  return transposed
    ? transposedRows(values, { stride: total, start, out: parts[path], to: inDim })
    : values.slice(start * inDim, (start + parts[path]) * inDim);
}

type Values = Float32Array | Int32Array | Uint8Array;

/** The index of the first number that differs, or of the end of the shorter array; -1 if there is none. */
function firstDifference(a: Values, b: Values): number {
  const index = a.findIndex((value, i) => value !== b[i]);
  return index < 0 && a.length !== b.length ? a.length : index;
}

test.each([
  ['F32', true, 'f32', ['0-64', '64-128', '128-151']],
  ['F32', true, 'int8', ['0-64', '64-128', '128-151']],
  ['F16', true, 'f16', ['bits 0-64', 'bits 64-128', 'bits 128-151']],
  ['F16', true, 'int4', ['0-64', '64-128', '128-151']],
  ['F32', false, 'bf16', ['0-1736', '1736-3472', '3472-4099']],
  ['F16', false, 'f16', ['bits 0-1736', 'bits 1736-3472', 'bits 3472-4099']],
] as const)('parts of a tensor %s, transposed %s, become %s piece by piece', async (name, transposed, form, read) => {
  const before = memoryUsage();
  const { arrays, pieces } = await arraysOf(name, transposed);
  const progress: number[] = [];
  const onProgress = (done: number) => progress.push(done);
  const loaded = await load(layer, arrays, { formOf: () => form as MatrixForm, onProgress });
  expect(pieces).toEqual(read);
  expect(progress).toHaveLength(3);
  expect(progress.at(-1)).toBe(values.length);
  for (const path of ['query', 'key', 'value'] as const) {
    const weight = loaded[path];
    const entries = expected(path, transposed);
    if (!isPacked(weight)) expect(firstDifference(await (weight as Tensor).data(), entries)).toBe(-1);
    else {
      const bits = packBits(entries, [parts[path], inDim], form as 'int8');
      expect(firstDifference(await weight.quants.data(), bits.quants)).toBe(-1);
      if (bits.scales) expect(firstDifference(await weight.scales!.data(), bits.scales)).toBe(-1);
    }
  }
  dispose(loaded);
  expect(memoryUsage()).toEqual(before);
});

test('as stored is the form of the file, also where one part has another form', async () => {
  const { arrays, pieces } = await arraysOf('F16', true);
  const loaded = await load(layer, arrays, { formOf: path => (path === 'key' ? 'int8' : 'as stored') });
  const forms = [loaded.query, loaded.key, loaded.value].map(weight => isPacked(weight) && weight.form);
  expect(forms).toEqual(['f16', 'int8', 'f16']);
  expect(pieces.filter(piece => piece.startsWith('bits'))).toHaveLength(3);
  expect(pieces).toHaveLength(6);
  dispose(loaded);
  const unknown: NamedArrays = {
    ...arrays,
    sliceOf: path => ({
      ...arrays.sliceOf!(path)!,
      rows: { ...arrays.sliceOf!(path)!.rows, form: undefined, type: 'Q4_K' },
    }),
    sourceName: path => `blk.0.${path}`,
  };
  await expect(load(layer, unknown, { formOf: () => 'as stored' })).rejects.toThrow(
    'load: query cannot be held as stored: blk.0.query is Q4_K, which is no form of a matrix; int8 would fit',
  );
});

test.each(['abort', 'read', 'size'])('what was written of a tensor is freed when a piece fails: %s', async failure => {
  const before = memoryUsage();
  const { arrays } = await arraysOf('F32', true);
  const stop = new AbortController();
  const { rows } = arrays.sliceOf!('query')!;
  const failing: StoredRows = {
    ...rows,
    readRows: async (from, to, options) => {
      if (from > 0 && failure === 'read') throw new Error('the line is dead');
      if (from > 0 && failure === 'abort') setTimeout(() => stop.abort(new Error('enough')));
      const read = await rows.readRows(from, to, options);
      return from > 0 && failure === 'size' ? read.subarray(1) : read;
    },
  };
  const source = { ...arrays, sliceOf: (path: string) => ({ ...arrays.sliceOf!(path)!, rows: failing }) };
  const messages: Record<string, string> = {
    abort: 'enough',
    read: 'the line is dead',
    size: 'load: rows 64 to 128 of an array [151, 4099] are 262335 numbers; 262336 would fit',
  };
  await expect(load(layer, source, { signal: stop.signal })).rejects.toThrow(messages[failure]);
  expect(memoryUsage()).toEqual(before);
});

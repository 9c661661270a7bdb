import type { Safetensors } from '@residual/safetensors';
import type { PackedForm } from '@residual/tensor';
import type { StoredRows } from './stored-rows.js';

const packedForms: Readonly<Record<string, PackedForm | undefined>> = { F16: 'f16', BF16: 'bf16' };

/**
 * A tensor of a safetensors file in pieces. F16 and BF16 are held as they are; boolean masks are read as 0 and 1.
 * Reading errors as the file does, with code `dtype` for integers.
 */
export function safetensorsRows(file: Safetensors, name: string): StoredRows {
  const { dtype, shape } = file.tensors.get(name)!;
  const form = packedForms[dtype];
  const isMask = dtype === 'BOOL' || dtype === 'U8';
  const rows: StoredRows = {
    shape,
    form: form ?? 'f32',
    type: dtype,
    readRows: async (from, to, { signal, memory: into }) => {
      const options = { rows: [from, to] as const, signal, into };
      return isMask
        ? Float32Array.from((await file.read(name, options)).data as Uint8Array)
        : (await file.readFloat32(name, options)).data;
    },
  };
  if (!form) return rows;
  return {
    ...rows,
    readPackedRows: async (from, to, { signal, memory: into }) => {
      const { data } = await file.read(name, { rows: [from, to], signal, into });
      return { quants: wordsOfHalves(data as Uint16Array, to - from) };
    },
  };
}

/** Rows of 16-bit entries as words of 32 bits, each row padded to whole words. */
export function wordsOfHalves(entries: Uint16Array, rows: number): Int32Array {
  const width = rows === 0 ? 0 : entries.length / rows;
  if (width % 2 === 0) return new Int32Array(entries.buffer as ArrayBuffer, entries.byteOffset, entries.length / 2);
  const padded = new Uint16Array(rows * (width + 1));
  for (let row = 0; row < rows; row++) padded.set(entries.subarray(row * width, (row + 1) * width), row * (width + 1));
  return new Int32Array(padded.buffer);
}

import { rowsByName } from '@residual/layers';
import type { StoredArrays } from './stored-arrays.js';

/** An open safetensors file of `@residual/safetensors`, or its shards. */
type Safetensors = Parameters<typeof rowsByName>[0];

/**
 * The tensors of an open safetensors file or of its shards, whole or in pieces; a matrix in groups of 8 or 4 bits is
 * one array, with rows along out.
 */
export function safetensorsArrays(file: Safetensors): StoredArrays {
  const rows = rowsByName(file);
  return {
    names: [...rows.keys()],
    shapeOf: name => rows.get(name)?.shape,
    readFloat32: async (name, options) => {
      const { shape, readRows } = rows.get(name)!;
      // A scalar has no rows.
      return shape.length > 0 ? readRows(0, shape[0]!, options) : (await file.readFloat32(name, options)).data;
    },
    readNumbers: async (name, { signal }) => {
      const isInteger = /^(?:I|U|BOOL)/.test(file.tensors.get(name)?.dtype ?? '');
      if (!isInteger) return (await file.readFloat32(name, { signal })).data;
      const { data } = await file.read(name, { signal });
      return Float32Array.from(data as ArrayLike<number | bigint>, Number);
    },
    heldAs: name => rows.get(name)?.form,
    typeOf: name => rows.get(name)?.type,
    hasRowsAlongOut: name => {
      const form = rows.get(name)?.form;
      return form === 'int8' || form === 'int4';
    },
    readRows: (name, from, to, options) => rows.get(name)!.readRows(from, to, options),
    readPackedRows: (name, from, to, options) => rows.get(name)!.readPackedRows!(from, to, options),
  };
}

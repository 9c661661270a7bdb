import type { StoredArrays } from '@residual/families';
import { type StoredRows, safetensorsRows } from '@residual/layers';
import type { Safetensors } from '@residual/safetensors';

/** The tensors of an open safetensors file or of its shards, whole or in pieces. */
export function safetensorsArrays(file: Safetensors): StoredArrays {
  const rows = new Map<string, StoredRows>();
  for (const name of file.tensors.keys()) rows.set(name, safetensorsRows(file, name));
  return {
    names: [...rows.keys()],
    shapeOf: name => rows.get(name)?.shape,
    readFloat32: async (name, options) => {
      const { shape, readRows } = rows.get(name)!;
      // A scalar has no rows.
      return shape.length > 0 ? readRows(0, shape[0]!, options) : (await file.readFloat32(name, options)).data;
    },
    heldAs: name => rows.get(name)?.form,
    typeOf: name => rows.get(name)?.type,
    readRows: (name, from, to, options) => rows.get(name)!.readRows(from, to, options),
    readPackedRows: (name, from, to, options) => rows.get(name)!.readPackedRows!(from, to, options),
  };
}

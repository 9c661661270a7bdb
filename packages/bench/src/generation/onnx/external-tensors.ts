import { open } from 'node:fs/promises';
import type { ExternalTensor } from './graph-builder.js';

/** Shapes, byte offsets and byte lengths of the tensors of a safetensors file. */
export async function externalTensors(path: string): Promise<Map<string, ExternalTensor>> {
  const handle = await open(path);
  try {
    const { buffer: size } = await handle.read(Buffer.alloc(8), 0, 8, 0);
    const headerBytes = Number(size.readBigUInt64LE());
    const { buffer: header } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 8);
    const { __metadata__, ...tensors } = JSON.parse(header.toString('utf8')) as Record<
      string,
      { shape: number[]; data_offsets: [number, number] }
    >;
    return new Map(
      Object.entries(tensors).map(
        ([
          name,
          {
            shape,
            data_offsets: [from, to],
          },
        ]) => [name, { shape, offset: 8 + headerBytes + from, byteLength: to - from }],
      ),
    );
  } finally {
    await handle.close();
  }
}

// Lists what a GGUF file holds: node inspect.ts FILE.gguf
// Without a file it writes a small one, 8 bits a weight, and shows that.
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBlocks, openGguf, streamGguf } from '@residual/gguf';
import { fileSource } from '@residual/safetensors/node';

const given = process.argv[2];
const path = given ?? join(tmpdir(), `residual-example-${process.pid}.gguf`);
if (given === undefined) {
  const weights = Float32Array.from({ length: 4 * 64 }, (_, i) => Math.sin(i));
  const contents = {
    metadata: new Map([['general.architecture', { type: 'string' as const, value: 'example' }]]),
    tensors: new Map([
      ['token_embd.weight', { type: 'Q8_0' as const, shape: [4, 64], data: encodeBlocks('Q8_0', weights) }],
      ['output_norm.weight', { type: 'F32' as const, shape: [64], data: encodeBlocks('F32', new Float32Array(64)) }],
    ]),
  };
  await writeFile(path, streamGguf(contents));
}
try {
  const file = await openGguf(await fileSource(path));
  for (const [key, { type, value }] of file.metadata) {
    const shown = typeof value === 'object' ? `${value.length} of them` : value;
    console.log(`${key}: ${shown} (${type})`);
  }
  for (const [name, { type, shape, byteLength }] of file.tensors)
    console.log(`${name}: ${type} [${shape.join(', ')}], ${byteLength} bytes`);
} finally {
  if (given === undefined) await rm(path);
}

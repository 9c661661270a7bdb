import { openSafetensors } from '@residual/safetensors';
import type { Gpt2Shape } from '../shape.js';

/** A checkpoint for the peers. */
export interface Checkpoint {
  readonly shape: Gpt2Shape;
  readonly names: readonly string[];
  read(name: string): Promise<{ shape: number[]; data: Float32Array<ArrayBuffer> }>;
}

/** Opens the checkpoint in a folder (Node) or below a URL (a page). */
export async function openCheckpoint(source: string): Promise<Checkpoint> {
  const { config, bytes } = source.startsWith('http') ? await inPage(source) : await inNode(source);
  const stored = await openSafetensors(bytes);
  return {
    shape: JSON.parse(config) as Gpt2Shape,
    names: [...stored.tensors.keys()],
    read: async name => {
      const { shape, data } = await stored.readFloat32(name);
      return { shape: [...shape], data: data as Float32Array<ArrayBuffer> };
    },
  };
}

async function inNode(folder: string) {
  const [{ readFile }, { join }, { fileSource }] = await Promise.all([
    import('node:fs/promises'),
    import('node:path'),
    import('@residual/safetensors/node'),
  ]);
  return {
    config: await readFile(join(folder, 'config.json'), 'utf8'),
    bytes: await fileSource(join(folder, 'model.safetensors')),
  };
}

async function inPage(base: string) {
  const { httpSource } = await import('@residual/safetensors');
  const config = await (await fetch(`${base}config.json`)).text();
  return { config, bytes: await httpSource(`${base}model.safetensors`) };
}

import type { PlainTensor } from '@residual/model';
import type { HeadIndex } from './settings.js';

/** The weights of all heads, `pattern[layer][head]`, each [queryLen · keyLen]. */
export type Pattern = readonly (readonly Float32Array[])[];

/** Sorts weights [depth, heads, queryLen, keyLen] by layer and head. */
export function patternOf({ shape, data }: PlainTensor): Pattern {
  const [depth, heads, queryLen, keyLen] = shape as [number, number, number, number];
  const size = queryLen * keyLen;
  return Array.from({ length: depth }, (_, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const start = (layer * heads + head) * size;
      return data.subarray(start, start + size);
    }),
  );
}

/** Sorts the taps `encoder.layers.*.attention.weights`, each [heads, length, length], by layer and head. */
export function patternOfTaps(taps: Readonly<Record<string, PlainTensor>>): Pattern {
  const layers: (readonly Float32Array[])[] = [];
  for (const [path, { shape, data }] of Object.entries(taps))
    layers[Number(/\.(\d+)\./.exec(path)![1])] = patternOf({ shape: [1, ...shape], data })[0]!;
  return layers;
}

/** The heads of a choice: -1 means all layers, or all heads. */
export function chosenHeads(layer: number, head: number, depth: number, heads: number): HeadIndex[] {
  const layers = layer < 0 ? Array.from({ length: depth }, (_, i) => i) : [layer];
  const each = head < 0 ? Array.from({ length: heads }, (_, i) => i) : [head];
  return layers.flatMap(at => each.map(one => ({ layer: at, head: one })));
}

/** The average of some heads. */
export function average(pattern: Pattern, heads: readonly HeadIndex[]): Float32Array {
  const sum = new Float32Array(pattern[0]![0]!.length);
  for (const { layer, head } of heads) {
    const weights = pattern[layer]![head]!;
    for (let i = 0; i < sum.length; i++) sum[i]! += weights[i]! / heads.length;
  }
  return sum;
}

/** The name of a choice. */
export function nameOf(layer: number, head: number): string {
  if (layer < 0) return head < 0 ? 'All layers, average of all heads' : `All layers, average of their heads ${head}`;
  return head < 0 ? `Layer ${layer}, average of its heads` : `Layer ${layer}, head ${head}`;
}

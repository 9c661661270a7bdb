import type { PlainTensor } from '@residual/model';

/** The attention weights of all heads, `pattern[layer][head]`, each [queryLen · keyLen]. */
export type Pattern = readonly (readonly Float32Array[])[];

/** Splits weights [depth, heads, queryLen, keyLen] by layer and head, without a copy. */
export function patternOf({ shape, data }: PlainTensor): Pattern {
  const [depth = 0, heads = 0, queryLen = 0, keyLen = 0] = shape;
  const size = queryLen * keyLen;
  return Array.from({ length: depth }, (_, layer) =>
    Array.from({ length: heads }, (_, head) => {
      const start = (layer * heads + head) * size;
      return data.subarray(start, start + size);
    }),
  );
}

/** Sorts taps such as `encoder.layers.3.attention.weights`, each [heads, queryLen, keyLen], by layer and head. */
export function patternOfTaps(taps: Readonly<Record<string, PlainTensor>>): Pattern {
  const layers: (readonly Float32Array[])[] = [];
  for (const [path, { shape, data }] of Object.entries(taps))
    layers[Number(/\.(\d+)\./.exec(path)?.[1])] = patternOf({ shape: [1, ...shape], data })[0]!;
  return layers;
}

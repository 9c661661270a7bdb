import type { Tensor } from '@residual/tensor';

/** Numbers with their shape, as they leave the engine. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Reads recorded tensors back and gives each row of the batch its share: [batch, ...] to one [...] a row. */
export async function plainTaps(
  values: ReadonlyMap<string, Tensor> | undefined,
  rows: number,
): Promise<Readonly<Record<string, PlainTensor>>[]> {
  const shares: Record<string, PlainTensor>[] = Array.from({ length: rows }, () => ({}));
  for (const [path, value] of values ?? []) {
    const data = (await value.data()) as Float32Array;
    const batched = value.shape[0] === rows;
    const shape = batched ? value.shape.slice(1) : value.shape;
    const size = batched ? data.length / rows : data.length;
    shares.forEach((share, i) => {
      share[path] = { shape, data: batched ? data.slice(i * size, (i + 1) * size) : data };
    });
  }
  return shares;
}

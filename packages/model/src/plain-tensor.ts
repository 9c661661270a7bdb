import { matcher } from '@residual/layers';
import { ResidualError, type Tensor } from '@residual/tensor';

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

/** Throws unless each pattern of `taps` fits one of the paths that came up when the model ran. */
export function expectTapped(
  name: string,
  taps: readonly string[],
  seen: ReadonlyMap<string, Tensor> = new Map(),
): void {
  const idle = taps.find(tap => ![...seen.keys()].some(matcher('record', [tap])));
  if (idle !== undefined)
    throw new ResidualError('option', `${name}: taps names '${idle}'; no tensor of this model has that path`);
}

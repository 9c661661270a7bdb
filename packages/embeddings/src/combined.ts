import type { PositionEncoding } from '@residual/layers';
import { add, ResidualError, type Tensor } from '@residual/tensor';

/** What encodings act on, each in the order in which they are given. */
const sites = ['onInput', 'onHeads', 'onQuery'] as const;

/** Position encodings that act together. */
export interface CombinedPositions extends PositionEncoding<{ readonly parts: readonly PositionEncoding[] }> {}

/**
 * Several position encodings as one, such as `rotary` and `positionTemperature`: each acts after the ones before it,
 * and biases on scores are added. Errors if they are made for different dims.
 */
export function combinedPositions(encodings: readonly PositionEncoding[]): CombinedPositions {
  const acts = (site: keyof PositionEncoding) => encodings.some(encoding => encoding[site]);
  const biased = encodings.flatMap((encoding, i) => (encoding.onScores ? [[encoding, i] as const] : []));
  const chain =
    (site: (typeof sites)[number]): PositionEncoding['onHeads'] =>
    (weights, x, scope) =>
      encodings.reduce<Tensor>((sum, each, i) => each[site]?.(weights.parts[i], sum, scope) ?? sum, x);
  return {
    needs: { parts: encodings },
    about: { name: encodings.map(({ about }) => about?.name ?? 'positions').join(' + ') },
    ...dimsOf(encodings),
    ...Object.fromEntries(sites.filter(acts).map(site => [site, chain(site)])),
    ...(encodings.every(({ onHeads, moveKeys }) => !onHeads || moveKeys) && {
      moveKeys: (weights, keys, by, scope) =>
        encodings.reduce((moved, each, i) => each.moveKeys?.(weights.parts[i], moved, by, scope) ?? moved, keys),
    }),
    ...(biased.length > 0 && {
      onScores: (weights, shape, scope) =>
        biased.map(([each, i]) => each.onScores!(weights.parts[i], shape, scope)).reduce((sum, bias) => add(sum, bias)),
    }),
  };
}

/** The dims that any of them is made for. */
function dimsOf(encodings: readonly PositionEncoding[]): Pick<PositionEncoding, 'dim' | 'heads' | 'headDim'> {
  const dims: { dim?: number; heads?: number; headDim?: number } = {};
  for (const encoding of encodings)
    for (const name of ['dim', 'heads', 'headDim'] as const) {
      const [known, own] = [dims[name], encoding[name]];
      if (known !== undefined && own !== undefined && known !== own)
        throw new ResidualError('fit', `combinedPositions: one part has ${name} ${known}, another ${own}`);
      if (own !== undefined) dims[name] = own;
    }
  return dims;
}

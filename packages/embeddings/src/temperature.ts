import { keyRange, type PositionEncoding, type Scope, stepPositionsOf } from '@residual/layers';
import {
  add,
  affine,
  expectOptions,
  expectValue,
  log,
  mul,
  range,
  reshape,
  type Tensor,
  toFloat,
  toInt,
} from '@residual/tensor';

/** Settings of `positionTemperature`. */
export interface PositionTemperatureOptions {
  /** What the logarithm is multiplied by. */
  readonly strength: number;
  /** The number of positions after which the temperature grows, such as the length of the sequences of training. */
  readonly interval: number;
  /** The number of the first position, 0 or 1; 0 if absent. */
  readonly firstPosition?: 0 | 1;
  /** Whether positions are those of the batch, padding before a sequence counted; false if absent. */
  readonly countsPadding?: boolean;
}

/**
 * A temperature on queries that grows with their position, so that attention over long sequences stays sharp: query
 * [batch, heads, length, headDim] times 1 + strength · log(1 + ⌊position / interval⌋), as in Llama 4 and Ministral 3
 * (scalable softmax, Nakanishi 2025). The queries of the first `interval` positions are unchanged.
 */
export function positionTemperature(options: PositionTemperatureOptions): PositionEncoding<Record<never, never>> {
  expectOptions('positionTemperature', options, { strength: 1, interval: 1, firstPosition: 0, countsPadding: 0 });
  const { strength, interval, firstPosition = 0, countsPadding = false } = options;
  expectValue(interval > 0, 'positionTemperature', 'interval', interval, 'a number above 0', 'range');
  return {
    needs: {},
    about: { name: 'positionTemperature' },
    onQuery: (_, x: Tensor, scope) => {
      const positionIds = countsPadding
        ? indicesOf(scope, x.shape[2]!)
        : stepPositionsOf(scope, x.shape[2]!).positionIds;
      // Half a position more, since the quotient of a GPU may be a little below a whole number.
      const passed = toFloat(toInt(affine(toFloat(positionIds), 1 / interval, (firstPosition + 0.5) / interval)));
      const temperature = affine(log(add(passed, 1)), strength, 1); // [1 | batch, length]
      const [batch, length] = temperature.shape as [number, number];
      return mul(x, reshape(temperature, [batch, 1, length, 1]));
    },
  };
}

/** The indices of the queries of this step in their sequences, padding counted: int32 [1 | batch, length]. */
function indicesOf(scope: Scope, length: number): Tensor {
  const position = scope.get(keyRange)?.position;
  const indices = reshape(range(length), [1, length]);
  return position ? add(indices, reshape(position, [-1, 1])) : indices;
}

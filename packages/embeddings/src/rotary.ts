import { type Positions, placesOf, type TableNeed, table, type Weights } from '@residual/layers';
import { ResidualError, rotate, type Tensor, tensor } from '@residual/tensor';
import { expectRoom } from './learned.js';
import { type RotaryScaling, rotaryFrequencies } from './rotary-scaling.js';

/** Settings of `rotary`. */
export interface RotaryOptions {
  readonly headDim: number;
  /** Longest sequence, 2,048 if absent. */
  readonly positions?: number;
  /** 10,000 if absent. */
  readonly base?: number;
  /** Entries of a head that turn; all if absent. */
  readonly rotaryDim?: number;
  /** Pairs are neighbours (2i, 2i + 1) instead of (i, i + rotaryDim / 2). */
  readonly interleaved?: boolean;
  readonly scaling?: RotaryScaling;
}

/** Rotary positions: queries and keys turned by angles that grow with the position. */
export interface Rotary extends Positions<{ cos: TableNeed; sin: TableNeed }> {
  readonly headDim: number;
  readonly positions: number;
}

/**
 * Rotary positions (Su et al. 2021) on queries and keys [batch, heads, length, headDim]. The angles are computed in float64 and stored in two tables
 * [positions, rotaryDim / 2] that all layers of a tree share. Errors when a sequence is longer than `positions`.
 */
export function rotary(options: RotaryOptions): Rotary {
  const { headDim, positions = 2048, base, rotaryDim = headDim, interleaved = false, scaling } = options;
  if (rotaryDim > headDim)
    throw new ResidualError('fit', `rotary: rotaryDim ${rotaryDim} is more than headDim ${headDim}`);
  const shape = [positions, rotaryDim / 2];
  const angles = (wave: (angle: number) => number, count: number, length: number) => {
    const { frequencies, amplitude } = rotaryFrequencies({ rotaryDim, base, scaling, length });
    const pairs = frequencies.length;
    return Float32Array.from(
      { length: count * pairs },
      (_, i) => amplitude * wave(Math.floor(i / pairs) * frequencies[i % pairs]!),
    );
  };
  rotaryFrequencies({ rotaryDim, base, scaling });
  const needs = {
    cos: table(shape, () => angles(Math.cos, positions, 0)),
    sin: table(shape, () => angles(Math.sin, positions, 0)),
  };
  return {
    needs,
    headDim,
    positions,
    onHeads: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { ids, total } = placesOf(scope, x.shape[2]!);
      expectRoom('rotary', total, positions);
      if (scaling?.type !== 'dynamic' || total <= scaling.originalPositions)
        return rotate(x, { ...weights, ids }, { interleaved });
      // The base follows the length of the sequence: these tables serve this one call.
      const of = (wave: (angle: number) => number) => tensor(angles(wave, total, total), [total, rotaryDim / 2]);
      return rotate(x, { cos: of(Math.cos), sin: of(Math.sin), ids }, { interleaved });
    },
  };
}

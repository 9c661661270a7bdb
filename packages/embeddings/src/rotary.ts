import { type PositionEncoding, stepPositionsOf, type TableNeed, table, type Weights } from '@residual/layers';
import { expectOptions, ResidualError, refuseCapture, rotate, type Tensor, tensor } from '@residual/tensor';
import { expectRotary, type RotaryScaling, rotaryFrequencies } from './rotary-scaling.js';
import { storedRows } from './stored-rows.js';

/** Settings of `rotary`. */
export interface RotaryOptions {
  /** Width of a head. */
  readonly headDim: number;
  /** How many positions have their angles stored with the weights, at most 4 MB of each table; 2,048 if absent. Longer sequences work too. */
  readonly storedPositions?: number;
  /** 10,000 if absent. */
  readonly base?: number;
  /** Entries of a head that turn, an even number; all if absent. */
  readonly rotaryDim?: number;
  /** Pairs are neighbours (2i, 2i + 1) instead of (i, i + rotaryDim / 2). */
  readonly interleaved?: boolean;
  /** How the angles change for sequences longer than those of training; not at all if absent. */
  readonly scaling?: RotaryScaling;
}

/** Rotary positions: queries and keys turned by angles that grow with the position. */
export interface Rotary extends PositionEncoding<{ readonly cos: TableNeed; readonly sin: TableNeed }> {
  readonly headDim: number;
  readonly storedPositions: number;
}

/**
 * Rotary positions (Su et al. 2021) on queries and keys [batch, heads, length, headDim]. The angles are computed in float64 and stored in two tables
 * [rows, rotaryDim / 2] that all layers of a tree share. They have no end: longer sequences get longer tables, which are held as long as the cache that grows
 * (without one they are made as they come: exact, and slower). `dynamic` scaling beyond `originalMaxPositions` has tables of its own in every step, since its
 * angles follow the length.
 */
export function rotary(options: RotaryOptions): Rotary {
  const names = { headDim: 1, storedPositions: 0, base: 0, rotaryDim: 0, interleaved: 0, scaling: 0 } as const;
  expectOptions('rotary', options, names);
  const { headDim, storedPositions = 2048, base, rotaryDim = headDim, interleaved = false, scaling } = options;
  if (rotaryDim > headDim)
    throw new ResidualError('fit', `rotary: rotaryDim ${rotaryDim} is more than headDim ${headDim}`);
  expectRotary({ rotaryDim, base, scaling });
  const wavesFor = (rows: number, length: number) => {
    const { frequencies, amplitude } = rotaryFrequencies({ rotaryDim, base, scaling, length });
    return (wave: (angle: number) => number) => {
      const values = new Float32Array(rows * frequencies.length);
      for (let position = 0, i = 0; position < rows; position++)
        for (const frequency of frequencies) values[i++] = amplitude * wave(position * frequency);
      return values;
    };
  };
  const stored = storedRows(storedPositions, rotaryDim / 2);
  const waveTable = (wave: (angle: number) => number) =>
    table([stored, rotaryDim / 2], () => wavesFor(stored, 0)(wave));
  const needs = { cos: waveTable(Math.cos), sin: waveTable(Math.sin) };

  // Queries and keys of all blocks of a step have one length.
  let latest = { rows: 0, length: 0, cos: new Float32Array(), sin: new Float32Array() };
  const tablesFor = (rows: number, length: number) => {
    if (latest.rows !== rows || latest.length !== length) {
      const waves = wavesFor(rows, length);
      latest = { rows, length, cos: waves(Math.cos), sin: waves(Math.sin) };
    }
    return [latest.cos, latest.sin].map(values => tensor(values, [rows, rotaryDim / 2]));
  };
  const dependsOnLength = (length: number) => scaling?.type === 'dynamic' && length > scaling.originalMaxPositions;

  return {
    needs,
    about: { name: 'rotary' },
    headDim,
    storedPositions,
    onHeads: (weights: Weights<typeof needs>, x: Tensor, scope) => {
      const { positionIds, totalLength, capacity, tables } = stepPositionsOf(scope, x.shape[2]!);
      const isStored = (capacity ?? totalLength) <= stored && !dependsOnLength(totalLength);
      if ((!isStored && capacity === undefined) || scaling?.type === 'dynamic')
        refuseCapture('rotary makes tables that depend on the length so far');
      if (isStored) return rotate(x, { ...weights, ids: positionIds }, { interleaved });
      // Without a capacity a step may be rounded up by tokens that stand after `total`; few sizes, so that a GPU compiles for few shapes.
      const rows = capacity ?? 2 ** Math.ceil(Math.log2(totalLength + x.shape[2]!));
      const make = () => tablesFor(rows, dependsOnLength(totalLength) ? totalLength : 0);
      const [cos, sin] = tables && !dependsOnLength(totalLength) ? tables.get(needs, rows, make) : make();
      return rotate(x, { cos: cos!, sin: sin!, ids: positionIds }, { interleaved });
    },
  };
}

import { type PositionEncoding, stepPositionsOf, type TableNeed, table, type Weights } from '@residual/layers';
import {
  expectOptions,
  expectValue,
  ResidualError,
  refuseCapture,
  rotate,
  type Tensor,
  tensor,
  zeros,
} from '@residual/tensor';
import { dependsOnLength, expectRotary, type RotaryScaling, rotaryFrequencies } from './rotary-scaling.js';
import { storedRows } from './stored-rows.js';

/** Settings of `rotary`. */
export interface RotaryOptions {
  /** Width of a head. */
  readonly headDim: number;
  /**
   * Number of positions whose angles are stored with the weights, at most 4 MB per table; 2,048 if absent. Longer
   * sequences work too.
   */
  readonly storedPositions?: number;
  /** The base of the wavelengths; 10,000 if absent. */
  readonly base?: number;
  /** Number of entries of a head that are rotated, even; all if absent. */
  readonly rotaryDim?: number;
  /** Whether pairs are neighbours (2i, 2i + 1) instead of (i, i + rotaryDim / 2); false if absent. */
  readonly interleaved?: boolean;
  /** How angles are scaled for sequences longer than those of training; not scaled if absent. */
  readonly scaling?: RotaryScaling;
  /**
   * The angle of each pair in radians per position [rotaryDim / 2], as a checkpoint has them, instead of those of
   * `base` and `scaling`. They are one more table, which is saved.
   */
  readonly frequencies?: readonly number[];
}

/** The tables of `rotary`. */
type RotaryNeeds = { readonly cos: TableNeed; readonly sin: TableNeed; readonly frequencies?: TableNeed };

/** The position encoding of `rotary`. */
export interface Rotary extends PositionEncoding<RotaryNeeds> {
  readonly headDim: number;
  readonly storedPositions: number;
}

/**
 * Rotary position embedding (RoPE, Su et al. 2021) on queries and keys [batch, heads, length, headDim]. The angles are
 * computed in float64 and stored in two tables [rows, rotaryDim / 2] that all layers of a tree share. There is no
 * length limit: longer sequences get larger tables, which the cache keeps (without a cache, each step makes them
 * again). With `dynamic` and `longrope` scaling beyond `originalMaxPositions` each step makes its own tables, because
 * the angles depend on the length. Errors if rotaryDim is odd or above headDim, a base or factor is not above 0, or
 * given frequencies are not one finite number for each pair.
 */
export function rotary(options: RotaryOptions): Rotary {
  const names = {
    headDim: 1,
    storedPositions: 0,
    base: 0,
    rotaryDim: 0,
    interleaved: 0,
    scaling: 0,
    frequencies: 0,
  } as const;
  expectOptions('rotary', options, names);
  const { headDim, storedPositions = 2048, base, rotaryDim = headDim, interleaved = false, scaling } = options;
  const given = options.frequencies;
  if (rotaryDim > headDim)
    throw new ResidualError('fit', `rotary: rotaryDim ${rotaryDim} is more than headDim ${headDim}`);
  expectRotary({ rotaryDim, base, scaling });
  if (given) expectFrequencies(given, options, rotaryDim);
  const wavesFor = (rows: number, length: number) => {
    const { frequencies, amplitude } = given
      ? { frequencies: given, amplitude: 1 }
      : rotaryFrequencies({ rotaryDim, base, scaling, length });
    return (wave: (angle: number) => number) => {
      const values = new Float32Array(rows * frequencies.length);
      for (let position = 0, i = 0; position < rows; position++)
        for (const frequency of frequencies) values[i++] = amplitude * wave(position * frequency);
      return values;
    };
  };
  const tableRows = storedRows(storedPositions, rotaryDim / 2);
  const waveTable = (wave: (angle: number) => number) =>
    table([tableRows, rotaryDim / 2], () => wavesFor(tableRows, 0)(wave));
  const needs: RotaryNeeds = {
    cos: waveTable(Math.cos),
    sin: waveTable(Math.sin),
    ...(given && { frequencies: table([rotaryDim / 2], () => Float32Array.from(given)) }),
  };

  // Cached, because queries and keys of all blocks of a step have the same length.
  let latest = { rows: 0, length: 0, cos: new Float32Array(), sin: new Float32Array() };
  const tablesFor = (rows: number, length: number) => {
    if (latest.rows !== rows || latest.length !== length) {
      const waves = wavesFor(rows, length);
      latest = { rows, length, cos: waves(Math.cos), sin: waves(Math.sin) };
    }
    return [latest.cos, latest.sin].map(values => tensor(values, [rows, rotaryDim / 2]));
  };
  const isLong = (length: number) => dependsOnLength(scaling, length);
  /** Tables of one row that turn back by some positions; the amplitude is in the keys already. */
  const turnBack = (positions: number, length: number) => {
    const frequencies = given ?? rotaryFrequencies({ rotaryDim, base, scaling, length }).frequencies;
    const row = (wave: (angle: number) => number) =>
      tensor(
        frequencies.map(frequency => wave(-positions * frequency)),
        [1, rotaryDim / 2],
      );
    return { cos: row(Math.cos), sin: row(Math.sin) };
  };

  return {
    needs,
    about: { name: 'rotary' },
    headDim,
    storedPositions,
    onHeads: ({ cos, sin }: Pick<Weights<RotaryNeeds>, 'cos' | 'sin'>, x: Tensor, scope) => {
      const { positionIds, totalLength, capacity, tables } = stepPositionsOf(scope, x.shape[2]!);
      const isStored = (capacity ?? totalLength) <= tableRows && !isLong(totalLength);
      const mayDepend = dependsOnLength(scaling, Number.POSITIVE_INFINITY);
      if ((!isStored && capacity === undefined) || mayDepend)
        refuseCapture('rotary makes tables that depend on the length so far');
      if (isStored) return rotate(x, { cos, sin, ids: positionIds }, { interleaved });
      // Rounded up to a power of two: a step may have tokens after `totalLength`, and few sizes let a GPU compile few
      // programs.
      const rows = capacity ?? 2 ** Math.ceil(Math.log2(totalLength + x.shape[2]!));
      const make = () => tablesFor(rows, isLong(totalLength) ? totalLength : 0);
      const [longCos, longSin] = tables && !isLong(totalLength) ? tables.get(needs, rows, make) : make();
      return rotate(x, { cos: longCos!, sin: longSin!, ids: positionIds }, { interleaved });
    },
    moveKeys: (_weights, keys, by, scope) => {
      const { totalLength } = stepPositionsOf(scope, keys.shape[2]!);
      const ids = zeros([1, keys.shape[2]!], 'int32');
      return rotate(keys, { ...turnBack(by, isLong(totalLength) ? totalLength : 0), ids }, { interleaved });
    },
  };
}

/** Throws if frequencies are not a finite number for each pair, or stand beside what they replace. */
function expectFrequencies(frequencies: readonly number[], { base, scaling }: RotaryOptions, rotaryDim: number): void {
  for (const [name, value] of Object.entries({ base, scaling }))
    if (value !== undefined)
      throw new ResidualError(
        'option',
        `rotary: ${name} has no effect beside frequencies; only one of them can be given`,
      );
  const [pairs, given] = [rotaryDim / 2, frequencies.length];
  if (given !== pairs)
    throw new ResidualError(
      'fit',
      `rotary: frequencies has ${given} entries; rotaryDim ${rotaryDim} has ${pairs} pairs, each of which needs one`,
    );
  for (const [index, value] of frequencies.entries())
    expectValue(Number.isFinite(value), 'rotary', `frequencies[${index}]`, value, 'a finite number', 'range');
}

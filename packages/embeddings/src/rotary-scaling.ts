import { expectOptions, expectValue, ResidualError } from '@residual/tensor';

/** How rotary angles are scaled so that a model works beyond its training length. */
export type RotaryScaling =
  /** Positions divided by `factor` (Chen et al. 2023). */
  | { readonly type: 'linear'; readonly factor: number }
  /** A base that grows for sequences longer than `originalMaxPositions` (dynamic NTK-aware scaling). */
  | { readonly type: 'dynamic'; readonly factor: number; readonly originalMaxPositions: number }
  /** A base times factor^(rotaryDim / (rotaryDim - 2)), whatever the length (NTK-aware scaling). */
  | { readonly type: 'ntk'; readonly factor: number }
  /** Low frequencies divided by `factor`, high ones kept, a linear ramp between them (Llama 3.1). */
  | {
      readonly type: 'llama3';
      /** The divisor of low frequencies. */
      readonly factor: number;
      /** Pairs with fewer rotations than this over the original positions are divided by `factor`. */
      readonly lowFrequencyFactor: number;
      /** Pairs with more rotations than this over the original positions are kept. */
      readonly highFrequencyFactor: number;
      /** The length of the longest sequence of training. */
      readonly originalMaxPositions: number;
    }
  /** Interpolation by frequency with an attention temperature (YaRN, Peng et al. 2023). */
  | {
      readonly type: 'yarn';
      /** The ratio of the new length to the original length. */
      readonly factor: number;
      /** The length of the longest sequence of training. */
      readonly originalMaxPositions: number;
      /** Pairs with more rotations than this over the original positions are kept; 32 if absent. */
      readonly betaFast?: number;
      /** Pairs with fewer rotations than this are divided by `factor`; 1 if absent. */
      readonly betaSlow?: number;
      /** The factor on sines and cosines; 0.1 ln(factor) + 1 if absent. */
      readonly attentionFactor?: number;
      /** Whether the ends of the ramp are rounded to whole dimensions; true if absent. */
      readonly truncate?: boolean;
    }
  /** A divisor for each pair, other ones for sequences longer than those of training (Ding et al. 2024). */
  | {
      readonly type: 'longrope';
      /** The divisors up to `originalMaxPositions`, [rotaryDim / 2]. */
      readonly shortFactors: readonly number[];
      /** The divisors of longer sequences, [rotaryDim / 2]. */
      readonly longFactors: readonly number[];
      /** The length of the longest sequence of training. */
      readonly originalMaxPositions: number;
      /** The factor on sines and cosines; 1 if absent. */
      readonly attentionFactor?: number;
    }
  /** The first pairs of a head are rotated, with the angles of all its pairs; the others are kept. */
  | {
      readonly type: 'proportional';
      /** The divisor of all frequencies. */
      readonly factor: number;
      /** The part of the pairs that is rotated, from 0 to 1. */
      readonly fraction: number;
    };

/** Settings of `rotaryFrequencies`. */
export interface RotaryFrequencyOptions {
  /** Number of entries of a head that are rotated, even. */
  readonly rotaryDim: number;
  /** The base of the wavelengths; 10,000 if absent. */
  readonly base?: number;
  /** How angles are scaled for sequences longer than those of training; not scaled if absent. */
  readonly scaling?: RotaryScaling;
  /** Length of the sequence, for `dynamic` and `longrope`; 0 if absent. */
  readonly length?: number;
}

/**
 * The angle of each pair in radians per position, [rotaryDim / 2], and the factor on sines and cosines, both in
 * float64.
 */
export function rotaryFrequencies(options: RotaryFrequencyOptions): {
  frequencies: number[];
  amplitude: number;
} {
  expectOptions('rotaryFrequencies', options, { rotaryDim: 1, base: 0, scaling: 0, length: 0 });
  const { rotaryDim, base = 10000, scaling, length = 0 } = options;
  expectRotary({ rotaryDim, base, scaling });
  const plain = (b: number) => Array.from({ length: rotaryDim / 2 }, (_, i) => b ** ((-2 * i) / rotaryDim));
  const longerBase = (ratio: number) => base * ratio ** (rotaryDim / (rotaryDim - 2));
  switch (scaling?.type) {
    case undefined:
      return { frequencies: plain(base), amplitude: 1 };
    case 'linear':
      return { frequencies: plain(base).map(frequency => frequency / scaling.factor), amplitude: 1 };
    case 'dynamic': {
      const ratio = (scaling.factor * Math.max(length, scaling.originalMaxPositions)) / scaling.originalMaxPositions;
      return { frequencies: plain(longerBase(ratio - (scaling.factor - 1))), amplitude: 1 };
    }
    case 'ntk':
      return { frequencies: plain(longerBase(scaling.factor)), amplitude: 1 };
    case 'llama3':
      return { frequencies: plain(base).map(frequency => llama3Frequency(frequency, scaling)), amplitude: 1 };
    case 'yarn':
      return yarn(plain(base), rotaryDim, base, scaling);
    case 'longrope': {
      const factors = length > scaling.originalMaxPositions ? scaling.longFactors : scaling.shortFactors;
      const frequencies = plain(base).map((frequency, i) => frequency / factors[i]!);
      return { frequencies, amplitude: scaling.attentionFactor ?? 1 };
    }
    case 'proportional': {
      const rotated = Math.floor((scaling.fraction * rotaryDim) / 2);
      const frequencies = plain(base).map((frequency, i) => (i < rotated ? frequency / scaling.factor : 0));
      return { frequencies, amplitude: 1 };
    }
  }
}

/** Throws if rotaryDim is not an even number above 0, or a base or factor is not above 0. */
export function expectRotary({ rotaryDim, base = 10000, scaling }: RotaryFrequencyOptions): void {
  if (rotaryDim % 2 !== 0 || rotaryDim <= 0)
    throw new ResidualError(
      'fit',
      `rotaryFrequencies: rotaryDim ${rotaryDim} does not split into pairs; it must be an even number above 0`,
    );
  expectValue(base > 0, 'rotaryFrequencies', 'base', base, 'a number above 0', 'range');
  if (!scaling) return;
  const { type } = scaling;
  const expectFactor = (what: string, factor: number) =>
    expectValue(factor > 0, 'rotaryFrequencies', `${what} of '${type}'`, factor, 'a number above 0', 'range');
  if (type !== 'longrope') {
    expectFactor('the factor', scaling.factor);
    return;
  }
  for (const name of ['shortFactors', 'longFactors'] as const) {
    const factors = scaling[name];
    if (factors.length !== rotaryDim / 2)
      throw new ResidualError(
        'fit',
        `rotaryFrequencies: ${name} has ${factors.length} divisors; ${rotaryDim / 2} would fit, one for each pair`,
      );
    for (const factor of factors) expectFactor(`a divisor in ${name}`, factor);
  }
}

/** Whether the angles of a sequence depend on its length, which is beyond that of training. */
export function dependsOnLength(scaling: RotaryScaling | undefined, length: number): boolean {
  return (scaling?.type === 'dynamic' || scaling?.type === 'longrope') && length > scaling.originalMaxPositions;
}

function llama3Frequency(frequency: number, scaling: Extract<RotaryScaling, { type: 'llama3' }>): number {
  const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalMaxPositions } = scaling;
  const turns = (originalMaxPositions * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const keep = (turns - low) / (high - low);
  return ((1 - keep) * frequency) / factor + keep * frequency;
}

function yarn(plain: number[], rotaryDim: number, base: number, scaling: Extract<RotaryScaling, { type: 'yarn' }>) {
  const { factor, originalMaxPositions, betaFast = 32, betaSlow = 1, truncate = true } = scaling;
  /** The dimension whose pair has `turns` rotations over the original positions. */
  const dimensionOf = (turns: number) =>
    (rotaryDim * Math.log(originalMaxPositions / (turns * 2 * Math.PI))) / (2 * Math.log(base));
  const [first, last] = [dimensionOf(betaFast), dimensionOf(betaSlow)];
  const low = Math.max(truncate ? Math.floor(first) : first, 0);
  const high = Math.min(truncate ? Math.ceil(last) : last, rotaryDim - 1);
  const width = high === low ? 0.001 : high - low;
  return {
    frequencies: plain.map((frequency, i) => {
      const ramp = Math.min(Math.max((i - low) / width, 0), 1);
      return (frequency / factor) * ramp + frequency * (1 - ramp);
    }),
    amplitude: scaling.attentionFactor ?? (factor > 1 ? 0.1 * Math.log(factor) + 1 : 1),
  };
}

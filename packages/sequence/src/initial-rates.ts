import type { Initializer } from '@residual/layers';

/** log 1, log 2, ... log count, once for each of `rows` rows: the rates with which the states of Mamba begin. */
export function logIntegers(count: number, rows = 1): Initializer {
  return {
    kind: 'values',
    values: () => Float32Array.from({ length: rows * count }, (_, i) => Math.log((i % count) + 1)),
  };
}

/**
 * Biases whose softplus are steps from 0.001 to 0.1, spread evenly by their logarithms, as the random ones of Mamba
 * are.
 */
export function stepBiases(count: number): Initializer {
  const bias = (i: number) => Math.log(Math.expm1(0.001 * 100 ** ((i + 0.5) / count)));
  return { kind: 'values', values: () => Float32Array.from({ length: count }, (_, i) => bias(i)) };
}

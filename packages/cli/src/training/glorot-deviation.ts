/**
 * The deviation of the entries of a matrix [out, in] that keeps the size of what goes through it: √(2 / (in + out))
 * (Glorot and Bengio 2010).
 */
export const glorotDeviation = ([output, input]: readonly number[]): number => Math.sqrt(2 / (input! + output!));

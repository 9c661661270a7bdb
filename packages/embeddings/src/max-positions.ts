import { ResidualError } from '@residual/tensor';

/** Throws if a sequence is longer than `maxPositions`. */
export function expectMaxPositions(name: string, length: number, maxPositions: number): void {
  if (length <= maxPositions) return;
  throw new ResidualError(
    'positions',
    `${name}: a sequence of ${length} tokens is longer than the ${maxPositions} positions`,
  );
}

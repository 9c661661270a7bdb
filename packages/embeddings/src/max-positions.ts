import { ResidualError } from '@residual/tensor';

/** Throws when a sequence is longer than the positions there are. */
export function expectMaxPositions(name: string, length: number, maxPositions: number): void {
  if (length <= maxPositions) return;
  throw new ResidualError(
    'positions',
    `${name}: a sequence of ${length} tokens is longer than the ${maxPositions} positions`,
  );
}

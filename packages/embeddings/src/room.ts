import { ResidualError } from '@residual/tensor';

/** Throws when a sequence is longer than the positions there are. */
export function expectRoom(name: string, total: number, positions: number): void {
  if (total <= positions) return;
  throw new ResidualError(
    'positions',
    `${name}: a sequence of ${total} tokens is longer than the ${positions} positions`,
  );
}

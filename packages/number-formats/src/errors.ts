import { ResidualError } from '@residual/base';

/** Throws unless an array has the length that another one asks for. */
export function expectLength(caller: string, name: string, length: number, needed: number): void {
  if (length === needed) return;
  throw new ResidualError('length', `${caller}: ${name} of ${length}; ${needed} would fit`);
}

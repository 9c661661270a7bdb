import { ResidualError } from '@residual/base';

/** Throws that a file is not a whole image, with the code `image`. */
export function fail(problem: string, cause?: unknown): never {
  throw new ResidualError('image', `readImage: ${problem}`, cause === undefined ? {} : { cause });
}

import type { Anatomy } from '../structure/anatomy.js';

/** The taps of the residual stream: the embedded input, then the output of each block. */
export function streamPaths({ embedded, blocks }: Anatomy): string[] {
  return [embedded, ...blocks.map(({ path }) => `${path}.output`)];
}

import { expectInteger, ResidualError } from '@residual/tensor';

/** How often codes are used. */
export interface CodeUsage {
  /** How often each code was counted. */
  readonly counts: Uint32Array;
  /** How many codes were counted at least once. */
  readonly used: number;
  /** e to the entropy of their distribution: so many equally frequent codes would be as varied; 0 if there are none. */
  readonly perplexity: number;
}

/** Counts the codes of a codebook of `size`. Errors for one that is not in it. */
export function codeUsage(codes: ArrayLike<number>, size: number): CodeUsage {
  expectInteger('codeUsage', 'size', size, { min: 1 });
  const counts = new Uint32Array(size);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    if (!(Number.isInteger(code) && code >= 0 && code < size))
      throw new ResidualError('range', `codeUsage: code ${i} is ${code}; it must be 0 .. ${size - 1}`);
    counts[code]!++;
  }
  let [used, entropy] = [0, 0];
  for (const count of counts) {
    if (count === 0) continue;
    used++;
    entropy -= (count / codes.length) * Math.log(count / codes.length);
  }
  return { counts, used, perplexity: used === 0 ? 0 : Math.exp(entropy) };
}

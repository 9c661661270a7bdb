import { checkSeed, expectInteger, expectOptions, ResidualError, uniformValues } from '@residual/tensor';

/** Settings of `repeatedTokens`. */
export interface RepeatedTokensOptions {
  /** The number of tokens of the vocabulary. */
  readonly vocab: number;
  /** How many random tokens are repeated: the period of the sequence. */
  readonly length: number;
  /** How often they stand in the sequence; 2 if absent. */
  readonly repeats?: number;
  /** The seed; 0 if absent. */
  readonly seed?: number;
  /** Token ids that are not drawn, such as those of padding and of the end of a text. */
  readonly avoid?: readonly number[];
}

/**
 * Random tokens, repeated: an input on which only the earlier copy predicts the next token (Olsson et al. 2022). Every
 * token is drawn with equal probability, and one may come up again within a period. The result has length · repeats
 * token ids. Errors if `avoid` leaves no token.
 */
export function repeatedTokens(options: RepeatedTokensOptions): number[] {
  expectOptions('repeatedTokens', options, { vocab: 1, length: 1, repeats: 0, seed: 0, avoid: 0 });
  const { vocab, length, repeats = 2, seed = 0, avoid = [] } = options;
  for (const [name, value] of Object.entries({ vocab, length, repeats }))
    expectInteger('repeatedTokens', name, value, { min: 1 });
  checkSeed('repeatedTokens', seed);
  const avoided = new Set(avoid);
  const allowed = Array.from({ length: vocab }, (_, id) => id).filter(id => !avoided.has(id));
  if (allowed.length === 0)
    throw new ResidualError('option', `repeatedTokens: all ${vocab} tokens of the vocabulary are in avoid`);
  const draws = uniformValues(seed, 'repeatedTokens', length);
  const period = Array.from(draws, draw => allowed[Math.floor(draw * allowed.length)]!);
  return Array.from({ length: length * repeats }, (_, i) => period[i % length]!);
}

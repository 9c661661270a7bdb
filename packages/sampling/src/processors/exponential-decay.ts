import { expectInteger, expectPositive, type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor } from '../processor.js';

/** After how many new tokens the penalty starts, and its factor for each further token. */
export interface LengthPenalty {
  readonly start: number;
  readonly factor: number;
}

/**
 * Makes the tokens of `eosTokenId` more likely as the sequence grows: after `start` new tokens their logit becomes
 * logit + |logit| (factor^(newTokens - start) - 1). Logits [vocab] to logits [vocab]. Throws without `eosTokenId`.
 */
export function exponentialDecayLengthPenalty(
  { start, factor }: LengthPenalty,
  eosTokenId: TokenIds | undefined,
): Processor {
  expectInteger('exponentialDecayLengthPenalty.start', start, 0);
  expectPositive('exponentialDecayLengthPenalty.factor', factor);
  const ids = new Set(tokenIds('eosTokenId of exponentialDecayLengthPenalty', eosTokenId));
  return processor((row, { tokens, promptLength }) => {
    const past = tokens.length - promptLength - start;
    if (past <= 0) return;
    for (const id of ids) {
      const logit = row[id]!;
      // A suppressed end token stays suppressed.
      if (logit > -Infinity) row[id] = logit + Math.abs(logit) * (factor ** past - 1);
    }
  });
}

import { expectInteger, expectPositive, type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor } from '../processor.js';

/** From how many new tokens on, and by which factor for each token more, the end becomes likelier. */
export interface LengthPenalty {
  readonly start: number;
  readonly factor: number;
}

/**
 * Makes the tokens of `eosTokenId` likelier the longer the row grows: after `start` new tokens their logit becomes
 * logit + |logit| (factor^(newTokens - start) - 1). Logits [vocab] to logits [vocab].
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
      if (logit > -Infinity) row[id] = logit + Math.abs(logit) * (factor ** past - 1); // a suppressed end stays so
    }
  });
}

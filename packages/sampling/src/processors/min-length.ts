import { expectInteger, type TokenIds, tokenIds } from '../errors.js';
import type { Processor } from '../processor.js';
import { suppressWhile } from './suppress-tokens.js';

/** Does not let the row end, by a token of `eos`, before it has `length` tokens, prompt included. Logits [vocab] to logits [vocab]. */
export function minLength(length: number, eos: TokenIds | undefined): Processor {
  expectInteger('minLength', length, 0);
  return suppressWhile(tokenIds('eosTokenId of minLength', eos), context => context.tokens.length < length);
}

/** Does not let the row end, by a token of `eos`, before `count` tokens follow the prompt. Logits [vocab] to logits [vocab]. */
export function minNewTokens(count: number, eos: TokenIds | undefined): Processor {
  expectInteger('minNewTokens', count, 0);
  return suppressWhile(
    tokenIds('eosTokenId of minNewTokens', eos),
    context => context.tokens.length - context.promptLength < count,
  );
}

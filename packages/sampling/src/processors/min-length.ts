import { expectInteger, type TokenIds, tokenIds } from '../errors.js';
import type { Processor } from '../processor.js';
import { suppressWhile } from './suppress-tokens.js';

/**
 * Suppresses `eosTokenId` until the sequence has `length` tokens, prompt included. Logits [vocab] to logits [vocab].
 */
export function minLength(length: number, eosTokenId: TokenIds | undefined): Processor {
  expectInteger('minLength', length, 0);
  return suppressWhile(tokenIds('eosTokenId of minLength', eosTokenId), context => context.tokens.length < length);
}

/** Suppresses `eosTokenId` until `count` tokens follow the prompt. Logits [vocab] to logits [vocab]. */
export function minNewTokens(count: number, eosTokenId: TokenIds | undefined): Processor {
  expectInteger('minNewTokens', count, 0);
  return suppressWhile(
    tokenIds('eosTokenId of minNewTokens', eosTokenId),
    context => context.tokens.length - context.promptLength < count,
  );
}

import { type Constraint, compileGrammar, constraint, type GrammarOptions } from '@residual/grammar';
import type { SequenceContext, TokenFinishReason } from '@residual/sampling';
import { ResidualError } from '@residual/tensor';
import type { DecodeStream, Tokenizer } from '@residual/tokenizer';
import { tokenBytes } from '@residual/tokenizer/token-bytes';
import type { FinishReason } from './sequence.js';

/** What a call says of its texts, and how they end and are shown. */
interface ConstrainOptions extends GrammarOptions {
  readonly eosTokenId?: readonly number[] | undefined;
  readonly skipSpecialTokens?: boolean | undefined;
  readonly tokenMask?: unknown;
}

/** The constraints of the last calls of a tokenizer, by what they obey. */
const caches = /*#__PURE__*/ new WeakMap<Tokenizer, Map<string, Constraint>>();
const maxConstraints = 4;

/** The constraint of a call with `schema`, `regex` or `grammar`. Calls with the same ones share it. */
export function constraintOf(caller: string, options: ConstrainOptions, tokenizer: Tokenizer | undefined): Constraint {
  const { schema, whitespace, regex, grammar, eosTokenId = [], skipSpecialTokens, tokenMask } = options;
  const given = { schema, whitespace, regex, grammar };
  const name = Object.entries(given).find(([, value]) => value !== undefined)![0];
  const refuse = (message: string) => new ResidualError('option', `${caller}: ${message}`);
  if (!tokenizer) throw refuse(`${name} needs a tokenizer, this model has none`);
  if (skipSpecialTokens === false)
    throw refuse(`skipSpecialTokens is false; the text of ${name} holds no special tokens`);
  if (tokenMask !== undefined)
    throw refuse(`tokenMask and ${name} are given; one of them decides which tokens may come`);
  const key = JSON.stringify([given, eosTokenId]);
  const cache = caches.get(tokenizer) ?? new Map<string, Constraint>();
  caches.set(tokenizer, cache);
  let result = cache.get(key);
  if (result) cache.delete(key);
  else {
    const compiled = compileGrammar(given);
    const [tokens, startTokens] = [tokenBytes(tokenizer), tokenBytes(tokenizer, { atStart: true })];
    result = constraint(compiled, { tokens, startTokens, eosTokenIds: eosTokenId });
  }
  cache.set(key, result); // as the most recent
  if (cache.size > maxConstraints) cache.delete(cache.keys().next().value!);
  return result;
}

/** The reason why a constrained text ends, where `reasonOf` says it of one that is not. */
export const constrainedReason =
  (obeyed: Constraint, reasonOf: (context: SequenceContext) => TokenFinishReason | undefined) =>
  (context: SequenceContext): FinishReason | undefined => {
    const reason = reasonOf(context);
    return reason !== 'eos' && obeyed.isOver(context) ? 'complete' : reason;
  };

/** The text of the bytes of new tokens, after a prompt that is pushed first and is no part of it. */
export function constrainedStream(obeyed: Constraint, prompt: readonly number[]): DecodeStream {
  const stream = obeyed.stream({ tokens: prompt, promptLength: prompt.length });
  let left = prompt.length;
  return { push: id => (left-- > 0 ? '' : stream.push(id)), flush: () => stream.flush() };
}

/** Decodes whole constrained texts. */
export const constrainedDecoder = (obeyed: Constraint, prompt: readonly number[]): Pick<Tokenizer, 'decode'> => ({
  decode: ids => {
    const stream = obeyed.stream({ tokens: prompt, promptLength: prompt.length });
    let text = '';
    for (const id of ids) text += stream.push(id);
    return text + stream.flush();
  },
});

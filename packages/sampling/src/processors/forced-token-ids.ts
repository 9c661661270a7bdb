import { expectInteger, expectOption, samplingError, type TokenIds, tokenIds } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';

/** Leaves only the listed tokens, with logit 0, where `applies`. */
const forceWhere = (name: string, ids: readonly number[], applies: (context: SequenceContext) => boolean): Processor =>
  processor((row, context) => {
    if (!applies(context)) return;
    row.fill(-Infinity);
    for (const id of ids) {
      if (id >= row.length) throw samplingError('option', `${name} is ${id}; the vocab has ${row.length} tokens`);
      row[id] = 0;
    }
  });

/** Forces `token` as the second token of the sequence, after the start token. Logits [vocab] to logits [vocab]. */
export const forcedBosTokenId = (token: number): Processor =>
  forceWhere('forcedBosTokenId', tokenIds('forcedBosTokenId', token), context => context.tokens.length === 1);

/** The end tokens that are forced, and where: at `maxLength`, prompt included, or `maxNewTokens` after the prompt. */
export type ForcedEosTokenId =
  | { readonly tokens: TokenIds; readonly maxLength: number; readonly maxNewTokens?: undefined }
  | { readonly tokens: TokenIds; readonly maxNewTokens: number; readonly maxLength?: undefined };

/** Forces one of `tokens` as the last token that the limit allows. Logits [vocab] to logits [vocab]. */
export function forcedEosTokenId({ tokens, maxLength, maxNewTokens }: ForcedEosTokenId): Processor {
  const ids = tokenIds('forcedEosTokenId.tokens', tokens);
  expectOption(
    (maxLength === undefined) !== (maxNewTokens === undefined),
    'forcedEosTokenId',
    { tokens, maxLength, maxNewTokens },
    'tokens with either maxLength or maxNewTokens',
  );
  const limit = maxLength ?? maxNewTokens!;
  expectInteger(maxLength === undefined ? 'forcedEosTokenId.maxNewTokens' : 'forcedEosTokenId.maxLength', limit, 1);
  return forceWhere('forcedEosTokenId', ids, context => {
    const before = maxLength === undefined ? context.promptLength : 0;
    return context.tokens.length - before === limit - 1;
  });
}

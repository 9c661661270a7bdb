import { expectOption, expectWhole, samplingError, type TokenIds, tokenIds } from '../errors.js';
import { type Context, type Processor, processor } from '../processor.js';

/** Leaves only the listed tokens, with logit 0, where `applies`. */
const forceWhere = (name: string, ids: readonly number[], applies: (context: Context) => boolean): Processor =>
  processor((row, context) => {
    if (!applies(context)) return;
    row.fill(-Infinity);
    for (const id of ids) {
      if (id >= row.length) throw samplingError('option', `${name} is ${id}; the vocab has ${row.length} tokens`);
      row[id] = 0;
    }
  });

/** Makes `token` the second of the row, after one start token. Logits [vocab] to logits [vocab]. */
export const forcedBos = (token: number): Processor =>
  forceWhere('forcedBos', tokenIds('forcedBos', token), context => context.tokens.length === 1);

/** Which end is forced, and where: as token `maxLength` of the row, prompt included, or as token `maxNewTokens` after the prompt. */
export type ForcedEos =
  | { readonly tokens: TokenIds; readonly maxLength: number; readonly maxNewTokens?: undefined }
  | { readonly tokens: TokenIds; readonly maxNewTokens: number; readonly maxLength?: undefined };

/** Makes the last token that the limit allows one of `tokens`. Logits [vocab] to logits [vocab]. */
export function forcedEos({ tokens, maxLength, maxNewTokens }: ForcedEos): Processor {
  const ids = tokenIds('forcedEos.tokens', tokens);
  expectOption(
    (maxLength === undefined) !== (maxNewTokens === undefined),
    'forcedEos',
    { tokens, maxLength, maxNewTokens },
    'tokens with either maxLength or maxNewTokens',
  );
  const limit = maxLength ?? maxNewTokens!;
  expectWhole(maxLength === undefined ? 'forcedEos.maxNewTokens' : 'forcedEos.maxLength', limit, 1);
  return forceWhere('forcedEos', ids, context => {
    const before = maxLength === undefined ? context.promptLength : 0;
    return context.tokens.length - before === limit - 1;
  });
}

import { ResidualError } from '@residual/base';
import { validatorOf } from '@residual/testkit/schemas';
import { constraint } from '../constraint.js';
import { compileGrammar } from '../grammar.js';
import { jsonTokens } from './bytes.js';
import { randomText } from './random-text.js';

const tokens = jsonTokens();
const eosTokenId = tokens.length - 1;

/** What became of a schema: refused with a reason, or how many of its random answers ended, all of them valid. */
export type Verdict = { readonly refused: string } | { readonly ended: number; readonly cut: number };

/** Writes random answers to a schema; throws if one of them is not what ajv, another implementation, calls valid. */
export function judge(schema: unknown, seed: number, answers = 1): Verdict {
  let obeyed: ReturnType<typeof constraint>;
  try {
    obeyed = constraint(compileGrammar({ schema }), { tokens, eosTokenIds: [eosTokenId] });
  } catch (error) {
    if (!ResidualError.is(error)) throw error;
    return { refused: error.message };
  }
  const validate = validatorOf(schema);
  const counts = { ended: 0, cut: 0 };
  for (let answer = 0; answer < answers; answer++) {
    const { text, isEnded } = randomText(obeyed, tokens.length, eosTokenId, seed + answer);
    counts[isEnded ? 'ended' : 'cut']++;
    if (isEnded && !validate(JSON.parse(text)))
      throw new Error(`${text} does not obey ${JSON.stringify(schema)}: ${JSON.stringify(validate.errors)}`);
  }
  return counts;
}

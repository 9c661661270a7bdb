import { llamaConfig } from '@residual/families';
import { ResidualError } from '@residual/tensor';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { validatorOf } from '@residual/testkit/schemas';
import { tokenizerFromJson } from '@residual/tokenizer';
import { tokenBytes } from '@residual/tokenizer/token-bytes';
import { createModel } from '../../load/create-model.js';
import type { Model } from '../../model.js';

/** The kinds of tokenizers: the folder of a fixture, and the token that ends a text. */
export const tokenizers = {
  'byte level': { folder: 'bpe-gpt2', eos: 0 },
  'byte fallback': { folder: 'bpe-llama2', eos: 2 },
} as const;

/** A model of random weights on a kind of tokenizer, which the caller disposes. */
export async function randomModel(kind: keyof typeof tokenizers): Promise<Model> {
  const { folder, eos } = tokenizers[kind];
  const json = JSON.parse(readFixtureText(`tokenizers/${folder}/tokenizer.json`));
  // As in a checkpoint of Llama, the tokens of bytes are none of the special ones.
  json.added_tokens = json.added_tokens.filter(({ content }: { content: string }) => !content.startsWith('<0x'));
  const tokenizer = tokenizerFromJson(json);
  const sizes = { vocab: tokenBytes(tokenizer).length, modelDim: 16, heads: 2, depth: 1, maxPositions: 512 };
  return createModel(llamaConfig({ ...sizes, specialTokens: { eos } }), { seed: 7, tokenizer });
}

/** What became of a schema. */
export type Outcome =
  /** It was refused, with a reason. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The answer was cut, ended and was valid, or ended and was not; `unjudged` if ajv refuses the schema. */
  | { readonly kind: 'cut' | 'valid' | 'wrong' | 'unjudged'; readonly text: string };

/** Generates an answer to a schema and lets another implementation judge it. */
export async function answer(model: Model, schema: unknown, seed: number): Promise<Outcome> {
  try {
    const options = { schema, temperature: 1, seed, maxNewTokens: 200, sequenceBias: closing(model) };
    const { text, finishReason } = await model.generate('Answer: ', options).result();
    if (finishReason === 'length') return { kind: 'cut', text };
    const isValid = judge(schema, JSON.parse(text));
    return { kind: isValid === undefined ? 'unjudged' : isValid ? 'valid' : 'wrong', text };
  } catch (error) {
    if (!ResidualError.is(error)) throw error;
    return { kind: 'refused', reason: error.message };
  }
}

/** Whether ajv calls a value valid; undefined if it does not understand the schema. */
function judge(schema: unknown, value: unknown): boolean | undefined {
  let validate: ReturnType<typeof validatorOf>;
  try {
    validate = validatorOf(schema);
  } catch {
    return undefined;
  }
  return validate(value);
}

/** Makes what ends texts, lists and objects likelier, since random weights would hardly ever end one of them. */
function closing({ tokenizer }: Model): [number[], number][] {
  const closes = tokenBytes(tokenizer!).map(bytes => bytes && '"]}'.includes(new TextDecoder().decode(bytes)));
  return closes.flatMap((isOne, id): [number[], number][] => (isOne ? [[[id], 4]] : []));
}

import { readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import type { Tokenizer } from '../tokenizer.js';

interface Reference {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  readonly offsets_codepoints: readonly (readonly [number, number])[];
  readonly special_tokens_mask: readonly number[];
  readonly decoded: string;
  readonly decoded_with_special: string;
}

/** The reference's results for one tokenizer: see fixtures/tokenizers. */
interface Golden {
  readonly cases: readonly { readonly text: string; readonly with_special: Reference; readonly plain: Reference }[];
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly ids: readonly number[];
    readonly type_ids: readonly number[];
    readonly tokens: readonly string[];
    readonly attention_mask: readonly number[];
  }[];
  readonly truncate16_pad24: readonly {
    readonly ids: readonly number[];
    readonly attention_mask: readonly number[];
    readonly overflowing: readonly (readonly number[])[];
  }[];
}

const fixture = (path: string): object => JSON.parse(readFixtureText(path));

/** Compares all results of the reference for a text, with and without special tokens. */
function expectCase(tokenizer: Tokenizer, { text, with_special, plain }: Golden['cases'][number]): void {
  for (const [reference, addSpecialTokens] of [
    [with_special, true],
    [plain, false],
  ] as const) {
    const encoding = tokenizer.encode(text, { addSpecialTokens });
    const stream = tokenizer.decodeStream();
    const streamed = reference.ids.map(id => stream.push(id));
    expect({
      text,
      ids: encoding.ids,
      tokens: encoding.tokens,
      offsets_codepoints: encoding.codePointOffsets,
      special_tokens_mask: encoding.specialTokensMask,
      decoded: tokenizer.decode(encoding.ids),
      decoded_with_special: tokenizer.decode(encoding.ids, { skipSpecialTokens: false }),
      streamed: streamed.join('') + stream.flush(),
    }).toEqual({ text, ...reference, streamed: reference.decoded });
  }
}

const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'real-albert',
  'real-bert-base-uncased',
  'real-clip',
  'real-gpt2',
  'real-unigram-nmt-nfkc',
  'unigram-t5',
  'wordpiece-bert',
];

describe.each(all)('%s equals the reference', name => {
  const tokenizer = tokenizerFromJson(fixture(`tokenizers/${name}/tokenizer.json`));
  const golden = fixture(`tokenizers/${name}/golden.json`) as Golden;

  test.each(golden.cases.map(each => [each.text.slice(0, 40), each] as const))('on %j', (_, each) => {
    expectCase(tokenizer, each);
  });

  test('cut to 16 tokens with a stride of 2 and padded to 24', () => {
    for (const [index, reference] of golden.truncate16_pad24.entries()) {
      const encoding = tokenizer.encode(golden.cases[index]!.text, {
        truncation: { maxLength: 16, stride: 2, stopEarly: true },
        padding: { length: 24, id: 0 },
      });
      expect({
        ids: encoding.ids,
        attention_mask: encoding.attentionMask,
        overflowing: encoding.overflowing.map(each => each.ids),
      }).toEqual(reference);
    }
    expect(golden.truncate16_pad24.length).toBeGreaterThan(0);
  });

  test('on pairs', () => {
    for (const { a, b, ...reference } of golden.pairs) {
      const encoding = tokenizer.encode(a, { pair: b });
      expect({
        ids: encoding.ids,
        type_ids: encoding.typeIds,
        tokens: encoding.tokens,
        attention_mask: encoding.attentionMask,
      }).toEqual(reference);
    }
    expect(golden.pairs.length).toBeGreaterThan(0);
  });
});

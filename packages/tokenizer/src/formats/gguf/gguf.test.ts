import { readFixture, readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { openTokenizer } from '../checkpoint/open-tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import { readModelProto } from '../sentencepiece/model-proto.js';
import { sentencePieceTokenizer } from '../sentencepiece/sentence-piece-tokenizer.js';
import { type GgufMetadata, tokenizerFromGguf, tokenizerToGguf } from './index.js';

const jsonOf = (path: string) => JSON.parse(readFixtureText(path));

interface Golden {
  readonly cases: readonly {
    readonly text: string;
    readonly with_special: { readonly ids: readonly number[]; readonly decoded: string };
    readonly plain: { readonly ids: readonly number[] };
  }[];
}

/** Metadata by short keys. */
const metadataOf = (entries: Readonly<Record<string, unknown>>): GgufMetadata =>
  new Map(Object.entries(entries).map(([key, value]) => [`tokenizer.ggml.${key}`, { value }]));

describe('a tokenizer.json as metadata', () => {
  test.each([
    ['bpe-gpt2', 'gpt2', 'gpt-2', {}],
    ['bpe-llama3', 'gpt2', 'llama-bpe', { bos_token: '<|begin_of_text|>' }],
  ])('%s has the ids and texts of the reference', (name, model, pre, config) => {
    const original = tokenizerFromJson(jsonOf(`tokenizers/${name}/tokenizer.json`), { config });
    const metadata = tokenizerToGguf(original);
    expect(metadata.get('tokenizer.ggml.model')?.value).toBe(model);
    expect(metadata.get('tokenizer.ggml.pre')?.value).toBe(pre);
    const tokenizer = tokenizerFromGguf(metadata)!;
    const { cases } = jsonOf(`tokenizers/${name}/golden.json`) as Golden;
    for (const { text, with_special, plain } of cases) {
      expect([text, tokenizer.encode(text).ids]).toEqual([text, with_special.ids]);
      expect([text, tokenizer.encode(text, { addSpecialTokens: false }).ids]).toEqual([text, plain.ids]);
      expect(tokenizer.decode(with_special.ids)).toBe(with_special.decoded);
    }
    expect(cases.length).toBeGreaterThan(20);
  });

  test('a SentencePiece BPE has scores in the order of its merges', () => {
    const config = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' };
    const original = tokenizerFromJson(jsonOf('models/stories260k/tokenizer.json'), { config });
    const metadata = tokenizerToGguf(original, { vocab: 515 });
    const tokenizer = tokenizerFromGguf(metadata)!;
    for (const text of ['Once upon a time, there was  a\ngirl.', ' Zoë 😀 x', '', 'Lily</s> and']) {
      expect(tokenizer.encode(text).ids).toEqual(original.encode(text).ids);
      expect(tokenizer.decode(original.encode(text).ids)).toBe(original.decode(original.encode(text).ids));
    }
    const entries = Object.fromEntries(Array.from(metadata, ([key, { value }]) => [key.slice(15), value]));
    expect(entries).toMatchObject({ model: 'llama', add_bos_token: true, add_eos_token: false, bos_token_id: 1 });
    expect((entries.tokens as string[]).slice(512)).toEqual(['[PAD512]', '[PAD513]', '[PAD514]']);
    expect([...(entries.token_type as Int32Array)].filter((_, id) => id < 4 || id > 258).slice(0, 5)).toEqual([
      2, 3, 3, 6, 1,
    ]);
    expect((entries.token_type as Int32Array).at(-1)).toBe(5);
    expect([tokenizer.bosTokenId, tokenizer.eosTokenId, tokenizer.unkTokenId]).toEqual([1, 2, 0]);
  });

  test('T5 has its extra ids and ends texts', async () => {
    const model = readFixture('sentencepiece/own/unigram-nmt-nfkc.model');
    const read = async (name: string) => (name === 'spiece.model' ? model : undefined);
    const original = (await openTokenizer(read, { modelType: 't5' }))!;
    const tokenizer = tokenizerFromGguf(tokenizerToGguf(original))!;
    for (const text of ['  Ｈello   ﬁne <extra_id_0> world ', 'a<extra_id_99></s>b', '']) {
      expect(tokenizer.encode(text).ids).toEqual(original.encode(text).ids);
      expect(tokenizer.decode(original.encode(text).ids)).toBe(original.decode(original.encode(text).ids));
    }
    expect(tokenizer.vocabSize).toBe(original.vocabSize);
  });

  test('a tokenizer that such files cannot express is refused', () => {
    const refused = (name: string) => () =>
      tokenizerToGguf(tokenizerFromJson(jsonOf(`tokenizers/${name}/tokenizer.json`)));
    expect(refused('wordpiece-bert')).toThrow('tokenizer: a tokenizer of type WordPiece has no place in GGUF files');
    expect(refused('unigram-t5')).toThrow('tokenizer: the normalizer {"type":"NFKC"} has no place in GGUF files');
    expect(refused('bpe-clip')).toThrow(
      'tokenizer: a byte-level BPE with end_of_word_suffix has no place in GGUF files',
    );
    const gpt2 = jsonOf('tokenizers/bpe-gpt2/tokenizer.json');
    const spaced = { ...gpt2, pre_tokenizer: { ...gpt2.pre_tokenizer, add_prefix_space: true } };
    expect(() => tokenizerToGguf(tokenizerFromJson(spaced))).toThrow('llama.cpp has no name for the way in which');
    expect(() => tokenizerToGguf(tokenizerFromJson(gpt2), { vocab: 1499 })).toThrow(
      'tokenizerToGguf: the tokenizer has ids up to 1499; a vocabulary of 1499 does not hold them',
    );
  });
});

describe('a SentencePiece model as the metadata of converters', () => {
  test.each([
    ['own/bpe-llama', 'llama', 'Hello  world é😀 <s>x'],
    ['own/bpe-bytefallback', 'llama', 'Hello  world é😀'],
    ['own/unigram-nmt-nfkc', 't5', '  Ｈello   ﬁne  world '],
    ['own/unigram-no-prefix', 't5', 'the house  of'],
    ['published/test_model.unigram1k', 't5', 'I saw a girl  with a telescope.'],
  ])('%s has the ids of the library', (name, model, text) => {
    const bytes = readFixture(`sentencepiece/${name}.model`);
    const { pieces, scores, types, normalizer } = readModelProto(bytes);
    const tokenizer = tokenizerFromGguf(
      metadataOf({
        model,
        tokens: pieces,
        scores: Float32Array.from(scores),
        token_type: Int32Array.from(types),
        add_space_prefix: normalizer.addDummyPrefix,
        ...(model === 't5' && { remove_extra_whitespaces: normalizer.removeExtraWhitespaces }),
        ...(normalizer.charsMap.length > 0 && { precompiled_charsmap: Int8Array.from(normalizer.charsMap) }),
      }),
    )!;
    const reference = sentencePieceTokenizer(bytes);
    const withoutControls = text.replace('<s>', '');
    expect(tokenizer.encode(withoutControls).ids).toEqual(reference.encode(withoutControls).ids);
    expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(reference.decode(tokenizer.encode(text).ids));
    const again = tokenizerFromGguf(tokenizerToGguf(tokenizer))!;
    expect(again.encode(text).ids).toEqual(tokenizer.encode(text).ids);
  });
});

describe('metadata', () => {
  const alphabet = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const small = {
    model: 'llama',
    tokens: ['<unk>', '<s>', '</s>', ...alphabet, '▁', 'a', 'b', 'ab', '<|im_start|>'],
    scores: Float32Array.from({ length: 264 }, (_, id) => -id),
    token_type: Int32Array.from({ length: 264 }, (_, id) =>
      id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : id === 263 ? 4 : 1,
    ),
    bos_token_id: 1,
    eos_token_id: 2,
  };

  test('bos is added unless it says otherwise, and user-defined tokens are found in a text', () => {
    const ids = (more: object) => tokenizerFromGguf(metadataOf({ ...small, ...more }))!.encode('ab<|im_start|>b').ids;
    expect(ids({})).toEqual([1, 259, 262, 263, 259, 261]);
    expect(ids({ add_bos_token: false, add_eos_token: true })).toEqual([259, 262, 263, 259, 261, 2]);
    expect(ids({ add_space_prefix: false })).toEqual([1, 262, 263, 261]);
  });

  test('no tokenizer is no error', () => {
    expect(tokenizerFromGguf(new Map())).toBeUndefined();
    expect(tokenizerFromGguf(metadataOf({ model: 'no_vocab' }))).toBeUndefined();
  });

  test.each<[string, object, string]>([
    ['another kind', { model: 'rwkv' }, 'tokenizer.ggml.model is "rwkv"; gpt2, llama, t5 can be read'],
    ['no tokens', { tokens: undefined }, 'tokenizer.ggml.tokens must be an array of texts, it is undefined'],
    [
      'too few scores',
      { scores: new Float32Array(3) },
      'tokenizer.ggml.scores holds 3 numbers; 264 would fit, one for each token',
    ],
    ['no scores', { scores: undefined }, 'tokenizer.ggml.scores is missing'],
    [
      'types out of range',
      { token_type: new Int32Array(264).fill(9) },
      'tokenizer.ggml.token_type of token 0 is 9; types are 1 to 6',
    ],
    ['an id out of range', { bos_token_id: 264 }, 'tokenizer.ggml.bos_token_id must be an id from 0 to 263, it is 264'],
    ['a flag that is none', { add_bos_token: 1 }, 'tokenizer.ggml.add_bos_token must be true or false, it is 1'],
    [
      'no unknown token',
      { token_type: new Int32Array(264).fill(1) },
      'the SentencePiece model has 0 unknown pieces; it must have one',
    ],
    [
      'an unknown name',
      { model: 'gpt2', pre: 'mine' },
      'tokenizer.ggml.pre is "mine", a way to split texts that is not known; known are gpt-2, phi-2',
    ],
    [
      'an empty token',
      { tokens: small.tokens.map((token, id) => (id === 260 ? '' : token)) },
      'tokenizer.ggml.tokens has an empty text for token 260',
    ],
  ])('%s is refused', (_, more, message) => {
    const entries = Object.fromEntries(
      Object.entries({ ...small, ...more }).filter(([, value]) => value !== undefined),
    );
    expect(() => tokenizerFromGguf(metadataOf(entries))).toThrow(message);
  });
});

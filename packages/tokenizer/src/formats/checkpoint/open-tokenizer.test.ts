import { ResidualError } from '@residual/base';
import { readFixture, readFixtureText } from '@residual/testkit/read-fixture';
import { describe, expect, test } from 'vitest';
import { encodeModelProto } from '../../testing/model-bytes.js';
import { tokenizerFromJson } from '../json/load.js';
import { saveTokenizer } from '../json/save.js';
import { sentencePieceTokenizer } from '../sentencepiece/index.js';
import { openTokenizer } from './index.js';

const pieces = (name: string) => readFixture(`sentencepiece/own/${name}.model`);

type Content = Uint8Array | string | object;

/** Opens a checkpoint of the given files: bytes, texts, or objects that are written as JSON. */
const open = (files: Record<string, Content>, modelType?: string) =>
  openTokenizer(
    async name => {
      const content = files[name];
      if (content === undefined || content instanceof Uint8Array) return content;
      return new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
    },
    modelType === undefined ? {} : { modelType },
  );

const message = async (files: Record<string, Content>, modelType?: string) => {
  try {
    await open(files, modelType);
  } catch (error) {
    return ResidualError.is(error) ? error.message : error;
  }
  return 'no error';
};

interface Json {
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly (readonly string[])[] };
}

interface Golden {
  readonly cases: readonly {
    readonly text: string;
    readonly with_special: { readonly ids: number[]; readonly tokens: string[]; readonly decoded: string };
  }[];
  readonly pairs: readonly {
    readonly a: string;
    readonly b: string;
    readonly ids: number[];
    readonly type_ids: number[];
  }[];
}

describe('pairs of files give the same results as the tokenizer.json of the same vocabulary', () => {
  const filesOf = (name: string): Record<string, Content> => {
    const { model, added_tokens } = JSON.parse(readFixtureText(`tokenizers/${name}/tokenizer.json`)) as Json;
    const vocab = { ...Object.fromEntries(added_tokens.map(({ content, id }) => [content, id])), ...model.vocab };
    if (!model.merges) {
      const lines: string[] = [];
      for (const [token, id] of Object.entries(vocab)) lines[id] = token;
      return { 'vocab.txt': `${lines.join('\n')}\n` };
    }
    const merges = ['#version: 0.2', ...model.merges.map(pair => pair.join(' ')), ''];
    return { 'vocab.json': vocab, 'merges.txt': merges.join('\n') };
  };

  test.each([
    ['bpe-gpt2', 'gpt2'],
    ['bpe-clip', 'clip'],
    ['wordpiece-bert', 'bert'],
  ])('%s', async (name, modelType) => {
    const tokenizer = (await open({ ...filesOf(name), 'config.json': { model_type: modelType } }))!;
    const { cases, pairs } = JSON.parse(readFixtureText(`tokenizers/${name}/golden.json`)) as Golden;
    for (const { text, with_special: expected } of cases) {
      const { ids, tokens } = tokenizer.encode(text);
      expect({ text, ids, tokens, decoded: tokenizer.decode(ids) }).toMatchObject({
        text,
        ids: expected.ids,
        tokens: expected.tokens,
        decoded: expected.decoded,
      });
    }
    for (const { a, b, ids, type_ids } of pairs) {
      const encoding = tokenizer.encode(a, { pair: b });
      expect([encoding.ids, encoding.typeIds]).toEqual([ids, type_ids]);
    }
  });

  test('RoBERTa and BART add <s> and </s>, and a prefix space on request', async () => {
    const { model } = JSON.parse(readFixtureText('tokenizers/bpe-gpt2/tokenizer.json')) as Json;
    const files = filesOf('bpe-gpt2');
    const vocab = { ...model.vocab };
    for (const [index, token] of ['<s>', '</s>', '<pad>', '<unk>', '<mask>'].entries()) vocab[token] = 5000 + index;
    const plain = (await open(files))!.encode('the end').ids;
    const roberta = (await open({ ...files, 'vocab.json': vocab }, 'roberta'))!;
    expect(roberta.encode('the end').ids).toEqual([5000, ...plain, 5001]);
    expect(roberta.encode('the', { pair: 'end' }).tokens).toEqual([
      '<s>',
      't',
      'he',
      '</s>',
      '</s>',
      'e',
      'nd',
      '</s>',
    ]);
    expect(roberta.encode('a  <mask>').tokens).toEqual(['<s>', 'a', '  <mask>', '</s>']);
    expect([roberta.bosTokenId, roberta.eosTokenId, roberta.padTokenId, roberta.unkTokenId]).toEqual([
      5000, 5001, 5002, 5003,
    ]);
    const prefixed = (await open({
      ...files,
      'vocab.json': vocab,
      'tokenizer_config.json': { tokenizer_class: 'BartTokenizerFast', add_prefix_space: true },
    }))!;
    expect(prefixed.encode('the').tokens).toEqual(['<s>', 'Ġthe', '</s>']);
    expect(await message({ ...files, 'vocab.json': model.vocab }, 'roberta')).toBe(
      'tokenizer: vocab.json has no token "<s>" to put around a text',
    );
  });

  test('settings of BERT apply: case, accents, ideographs, special tokens', async () => {
    const words = ['[PAD]', '<U>', '[CLS]', '[SEP]', 'É', 'é', 'e', '日', '##日', '日日'];
    const files = { 'vocab.txt': words.join('\r\n') };
    const tokens = async (config: object) =>
      (await open({ ...files, 'tokenizer_config.json': { unk_token: '<U>', ...config } }))!
        .encode('É日日', { addSpecialTokens: false })
        .tokens.join(' ');
    expect(await tokens({})).toBe('e 日 日');
    expect(await tokens({ do_lower_case: false })).toBe('É 日 日');
    expect(await tokens({ strip_accents: false })).toBe('é 日 日');
    expect(await tokens({ tokenize_chinese_chars: false, strip_accents: false })).toBe('é ##日 ##日');
    expect(await message(files)).toBe('tokenizer: model.unk_token "[UNK]" is not in model.vocab');
  });

  test('added tokens are found in texts, with their flags', async () => {
    const files = filesOf('bpe-gpt2');
    const tokenizer = (await open({
      ...files,
      'added_tokens.json': { '<old>': 7000 },
      'special_tokens_map.json': { pad_token: { content: '<pad>' }, additional_special_tokens: ['<|endoftext|>'] },
      'tokenizer_config.json': {
        added_tokens_decoder: { 7001: { content: '<pad>', special: true }, 7002: { content: '<x>', lstrip: true } },
      },
    }))!;
    expect(tokenizer.encode('a <old>b<pad>c  <x>').ids.filter(id => id >= 7000)).toEqual([7000, 7001, 7002]);
    expect([tokenizer.padTokenId, tokenizer.isSpecial(7001), tokenizer.isSpecial(7002)]).toEqual([7001, true, false]);
    expect(tokenizer.encode('c  <x>').tokens).toEqual(['c', '  <x>']);
  });
});

describe('SentencePiece models have the ids of their family', () => {
  const model = pieces('unigram-nmt-nfkc');
  const own = sentencePieceTokenizer(model);
  const count = own.vocabSize;
  const text = 'Once upon a time there was a miller.';
  const plain = own.encode(text).ids;
  const tokensOf = async (files: Record<string, Content>, modelType?: string, pair?: string) =>
    (await open(files, modelType))!.encode(text, pair === undefined ? {} : { pair }).ids;

  test('T5 ends each text with </s> and numbers its extra tokens from the end', async () => {
    const files = { 'spiece.model': model };
    expect(await tokensOf(files, 't5')).toEqual([...plain, 2]);
    expect(await tokensOf(files, 't5', 'a')).toEqual([...plain, 2, ...own.encode('a').ids, 2]);
    const tokenizer = (await open(files, 't5'))!;
    expect(tokenizer.tokenToId('<extra_id_0>')).toBe(count + 99);
    const { ids } = tokenizer.encode('a <extra_id_1> b');
    expect(ids).toContain(count + 98);
    expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
  });

  test('XLM-R, CamemBERT, mBART and NLLB shift the ids of the pieces', async () => {
    const moved = (by: number) => plain.map(id => id + by);
    expect(await tokensOf({ 'sentencepiece.bpe.model': model }, 'xlm-roberta')).toEqual([0, ...moved(1), 2]);
    expect(await tokensOf({ 'sentencepiece.bpe.model': model }, 'camembert')).toEqual([5, ...moved(4), 6]);
    const mbart = { 'sentencepiece.bpe.model': model, 'tokenizer_config.json': { src_lang: 'fr_XX' } };
    expect(await tokensOf(mbart, 'mbart')).toEqual([...moved(1), 2, count + 1 + 7]);
    const mbart50 = { ...mbart, 'tokenizer_config.json': { tokenizer_class: 'MBart50Tokenizer', src_lang: 'fr_XX' } };
    expect(await tokensOf(mbart50, 'mbart')).toEqual([count + 1 + 7, ...moved(1), 2]);
    const nllb = { ...mbart, 'tokenizer_config.json': { tokenizer_class: 'NllbTokenizer', src_lang: 'fra_Latn' } };
    const codes = (await open(nllb))!;
    expect(await tokensOf(nllb, 'm2m_100')).toEqual([codes.tokenToId('fra_Latn'), ...moved(1), 2]);
    // facebook/nllb-200: 256000 pieces, eng_Latn is 256047, <mask> is 256203.
    const places = ['ace_Arab', 'eng_Latn', 'zul_Latn', '<mask>'].map(token => codes.tokenToId(token)! - count);
    expect(places).toEqual([1, 47, 202, 203]);
    const legacy = { tokenizer_class: 'NllbTokenizer', legacy_behaviour: true };
    expect(await tokensOf({ ...mbart, 'tokenizer_config.json': legacy }, 'm2m_100')).toEqual([
      ...moved(1),
      2,
      count + 47,
    ]);
    const opened = (await open(mbart50))!;
    expect([opened.tokenToId('sl_SI'), opened.tokenToId('<mask>')]).toEqual([count + 52, count + 53]);
    expect(opened.decode(opened.encode(text).ids)).toBe(text);
  });

  test('an unknown character has the unknown id of the family', async () => {
    const opened = (await open({ 'sentencepiece.bpe.model': model }, 'xlm-roberta'))!;
    expect(opened.encode('☃', { addSpecialTokens: false }).ids.at(-1)).toBe(3);
    expect(opened.unkTokenId).toBe(3);
  });

  test('Pegasus has 103 tokens before the pieces', async () => {
    expect(await tokensOf({ 'spiece.model': model }, 'pegasus')).toEqual([...plain.map(id => id + 103), 1]);
  });

  test('ALBERT lowercases and strips accents', async () => {
    const albert = readFixture('sentencepiece/published/albert.model');
    const opened = (await open({ 'spiece.model': albert }, 'albert'))!;
    const plainly = sentencePieceTokenizer(albert).encode('creme "brulee"').tokens;
    expect(opened.encode("Crème ``brûlée''").tokens).toEqual(['[CLS]', ...plainly, '[SEP]']);
    expect(opened.encode('a', { pair: 'b' }).typeIds).toEqual([0, 0, 0, 1, 1]);
    expect(opened.encode('Crème').offsets.slice(1, 3)).toEqual([
      [0, 3],
      [3, 5],
    ]);
  });

  test('Llama texts start with <s> by default; others do not', async () => {
    const llama = { 'tokenizer.model': pieces('bpe-llama') };
    const ids = sentencePieceTokenizer(llama['tokenizer.model']).encode(text).ids;
    expect(await tokensOf(llama, 'llama')).toEqual([1, ...ids]);
    expect(
      await tokensOf({ ...llama, 'tokenizer_config.json': { add_bos_token: false, add_eos_token: true } }, 'llama'),
    ).toEqual([...ids, 2]);
    expect(await tokensOf(llama)).toEqual(ids);
    const opened = (await open(llama, 'llama'))!;
    expect(opened.encode('<s>a', { addSpecialTokens: false }).ids[0]).toBe(1);
    expect([opened.bosTokenId, opened.eosTokenId]).toEqual([1, 2]);
  });

  test('Marian uses the ids of vocab.json, which also names languages', async () => {
    const names = Object.fromEntries(
      plain
        .map((id, index) => [own.idToToken(id)!, 10 + index])
        .concat([
          ['</s>', 0],
          ['<unk>', 1],
          ['>>fra<<', 2],
          ['<pad>', 3],
        ]),
    );
    const files = { 'source.spm': model, 'target.spm': model, 'vocab.json': names };
    const opened = (await open(files, 'marian'))!;
    const expected = plain.map(id => names[own.idToToken(id)!]);
    expect(opened.encode(text).ids).toEqual([...expected, 0]);
    expect(opened.encode(`>>fra<< ${text}`).ids).toEqual([2, ...expected, 0]);
    expect(opened.encode('zebra', { addSpecialTokens: false }).ids).toContain(1);
    expect(opened.decode(opened.encode(text).ids)).toBe(text);
    expect([opened.eosTokenId, opened.padTokenId, opened.unkTokenId]).toEqual([0, 3, 1]);
    expect(await message({ 'source.spm': model })).toBe(
      'tokenizer: source.spm needs the ids in vocab.json, which is missing',
    );
    expect(await message({ ...files, 'vocab.json': { a: 0 } })).toBe(
      'tokenizer: vocab.json has no unknown token "<unk>"',
    );
  });

  test('Marian tokenizes translations with target.spm, and with separate_vocabs gives them separate ids', async () => {
    const ends = { '</s>': 0, '<unk>': 1, '<pad>': 2 };
    const files = {
      'source.spm': encodeModelProto({
        pieces: [
          ['<unk>', 0, 2],
          ['▁one', -1],
          ['▁two', -1],
        ],
      }),
      'target.spm': encodeModelProto({
        pieces: [
          ['<unk>', 0, 2],
          ['▁un', -1],
          ['▁deux', -1],
          ['▁', -5],
        ],
      }),
      'vocab.json': { ...ends, '▁one': 3, '▁two': 4, '▁un': 5, '▁deux': 6 },
    };
    const shared = (await open(files, 'marian'))!;
    expect(shared.encode('two one').ids).toEqual([4, 3, 0]);
    expect(shared.target!.encode('un deux').ids).toEqual([5, 6, 0]);
    expect([shared.decode([5, 6, 0]), shared.decode([3])]).toEqual(['un deux', 'one']);
    const { target: french } = shared;
    expect(() => saveTokenizer(french!)).toThrow(
      'tokenizer: a vocabulary without ids for 1 pieces of its SentencePiece model cannot be saved as tokenizer.json',
    );
    const known = { ...files['vocab.json'], '▁': 7 };
    const { target: whole } = (await open({ ...files, 'vocab.json': known }, 'marian'))!;
    expect(() => saveTokenizer(whole!)).toThrow(
      'tokenizer: the token "▁one" is neither a piece of the SentencePiece model nor an added token; tokenizer.json ' +
        'would find it in texts',
    );

    const separate = {
      ...files,
      'vocab.json': { ...ends, '▁one': 3, '▁two': 4 },
      'target_vocab.json': { '▁deux': 0, '▁un': 1, '</s>': 2, '<unk>': 3, '<pad>': 4 },
      'tokenizer_config.json': { separate_vocabs: true },
    };
    const opened = (await open(separate, 'marian'))!;
    expect(opened.encode('two one').tokens).toEqual(['▁two', '▁one', '</s>']);
    expect(opened.encode('two one').ids).toEqual([4, 3, 0]);
    expect(opened.target!.encode('un deux').ids).toEqual([1, 0, 2]);
    expect(opened.decode([1, 0, 2, 4])).toBe('un deux');
    const stream = opened.decodeStream();
    expect([1, 0, 2].map(id => stream.push(id)).join('') + stream.flush()).toBe('un deux');
    expect([opened.eosTokenId, opened.target!.eosTokenId]).toEqual([0, 2]);

    const without = (name: string) => Object.fromEntries(Object.entries(separate).filter(([file]) => file !== name));
    expect(await message(without('target_vocab.json'))).toBe(
      'tokenizer: target.spm needs the ids in target_vocab.json, which is missing',
    );
    expect(await message(without('target.spm'))).toBe(
      'tokenizer: separate_vocabs needs the pieces of translations in target.spm, which is missing',
    );
    expect(await message({ ...separate, 'target_vocab.json': { a: 0 } })).toBe(
      'tokenizer: target_vocab.json has no unknown token "<unk>"',
    );
    expect(() => saveTokenizer(opened)).toThrow(
      'tokenizer: a tokenizer with a separate one for translations cannot be saved; tokenizer.json holds one',
    );
  });

  test('the saved tokenizer.json is the same, with the tokens of the family', async () => {
    const albert = readFixture('sentencepiece/published/albert.model');
    const llama = pieces('bpe-llama');
    const texts = [
      text,
      '',
      '  a  <pad> b</s>',
      'Crème brûlée, 12 naïve “quotes”',
      'a <extra_id_1> b <mask>c',
      '日本 ☃☃ x',
    ];
    for (const [model_, family] of [
      ...['t5', 'xlm-roberta', 'camembert', 'mbart', 'llama', ''].map(name => [model, name] as const),
      [albert, 'albert'],
      [llama, 'llama'],
    ] as const) {
      const opened = (await open({ 'spiece.model': model_ }, family))!;
      const again = tokenizerFromJson(saveTokenizer(opened));
      for (const input of texts) {
        const [ours, reread] = [opened, again].map(which => which.encode(input, { pair: 'b a' }));
        expect({ family, ids: reread!.ids, types: reread!.typeIds }).toEqual({
          family,
          ids: ours!.ids,
          types: ours!.typeIds,
        });
        expect(again.decode(ours!.ids)).toBe(opened.decode(ours!.ids));
      }
      expect(again.vocabSize).toBe(opened.vocabSize);
    }
    const holes = (await open({ 'spiece.model': model }, 'pegasus'))!; // this model has another id for </s>
    expect(() => saveTokenizer(holes)).toThrow(
      'tokenizer: no token has the id 105; a Unigram model in tokenizer.json has a token for each id',
    );
  });

  test('M2M-100 adds the language in front', async () => {
    const names = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3, '▁a': 4 };
    const files = {
      'sentencepiece.bpe.model': model,
      'vocab.json': names,
      'tokenizer_config.json': { src_lang: 'ar' },
    };
    const opened = (await open(files, 'm2m_100'))!;
    expect(opened.encode('a').ids).toEqual([5 + 2, 4, 2]);
    expect(opened.tokenToId('__zu__')).toBe(5 + 99);
  });
});

test('missing and malformed files are errors that say so', async () => {
  expect(await open({})).toBeUndefined();
  expect(await open({ 'vocab.json': {} })).toBeUndefined();
  expect(await message({ 'vocab.json': {}, 'merges.txt': 'a b c' })).toBe(
    'tokenizer: line 1 of merges.txt must be two tokens, it is "a b c"',
  );
  expect(await message({ 'vocab.json': {}, 'merges.txt': '#version: 0.2\n\na' })).toBe(
    'tokenizer: line 3 of merges.txt must be two tokens, it is "a"',
  );
  expect(await message({ 'vocab.json': '[]', 'merges.txt': '' })).toBe(
    'tokenizer: vocab.json must be an object, it is an array',
  );
  expect(await message({ 'vocab.txt': '', 'tokenizer_config.json': '{' })).toMatch(
    /^tokenizer: tokenizer_config\.json is not JSON: /,
  );
  expect(await message({ 'vocab.txt': '', 'added_tokens.json': { a: 'b' } })).toBe(
    'tokenizer: added_tokens.json gives "a" the id "b"',
  );
  expect(
    await message({ 'spiece.model': pieces('unigram-nmt-nfkc'), 'tokenizer_config.json': { src_lang: 'xx' } }, 'mbart'),
  ).toBe('tokenizer: the vocabulary has no token "xx" to put around a text');
});

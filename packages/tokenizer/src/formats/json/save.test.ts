import { readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordLevel } from '../../models/wordlevel/word-level.js';
import { Tokenizer } from '../../tokenizer.js';
import { loadTokenizer, tokenizerFromJson } from './load.js';
import { saveTokenizer } from './save.js';

const read = (name: string) => readFixtureText(`tokenizers/${name}/tokenizer.json`);

const all = [
  'bpe-clip',
  'bpe-gpt2',
  'bpe-llama2',
  'bpe-llama3',
  'real-unigram-nmt-nfkc',
  'unigram-t5',
  'wordpiece-bert',
];

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('<|endoftext|>', '<s>', '[MASK]', '<0x41>', ' the', 'The', ' ', '▁', 'é', "'s", '12', '\n'),
      {
        maxLength: 12,
      },
    )
    .map(parts => parts.join('')),
);
const ids = fc.array(fc.integer({ min: 0, max: 1600 }), { maxLength: 40 });

describe.each(all)('%s', name => {
  const file = read(name);
  const tokenizer = tokenizerFromJson(file);

  test('a file of the reference is saved with the same fields and entries in the same order', () => {
    // Both files are parsed and written once, since JavaScript puts names that are integers first.
    expect(JSON.stringify(JSON.parse(saveTokenizer(tokenizer)))).toBe(JSON.stringify(JSON.parse(file)));
  });

  test('the saved file gives the same tokenizer', () => {
    const again = tokenizerFromJson(saveTokenizer(tokenizer, { pretty: true }));
    expect(saveTokenizer(again)).toBe(saveTokenizer(tokenizer));
    expect(again.vocabSize).toBe(tokenizer.vocabSize);
    fc.assert(
      fc.property(texts, ids, (text, given) => {
        const all = (which: Tokenizer) => {
          const { ids, tokens, offsets, typeIds, specialTokensMask } = which.encode(text, { pair: text });
          return { ids, tokens, offsets, typeIds, specialTokensMask, decoded: which.decode(given) };
        };
        expect(all(again)).toEqual(all(tokenizer));
      }),
      { numRuns: 200 },
    );
  });
});

const model = { type: 'BPE', vocab: { a: 0, 1: 1, b: 2, ab: 3 }, merges: ['a b'] };

test('absent fields are saved with the defaults of the reference', () => {
  const tokenizer = tokenizerFromJson({
    added_tokens: [
      { id: 5, content: '<z>' },
      { id: 4, content: '<y>', special: true },
    ],
    truncation: { max_length: 8 },
    padding: { strategy: { Fixed: 8 } },
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Strip' }, { type: 'BertNormalizer', lowercase: false }] },
    pre_tokenizer: { type: 'Metaspace', add_prefix_space: false },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<y>' } }, { Sequence: { id: 'A' } }],
      special_tokens: { '<z>': { ids: [5] }, '<y>': { ids: [4] } },
    },
    decoder: { type: 'WordPiece' },
    model,
  });
  const template = [{ SpecialToken: { id: '<y>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
  const flags = { single_word: false, lstrip: false, rstrip: false };
  expect(JSON.parse(saveTokenizer(tokenizer))).toEqual({
    version: '1.0',
    truncation: { direction: 'Right', max_length: 8, strategy: 'LongestFirst', stride: 0 },
    padding: {
      strategy: { Fixed: 8 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '[PAD]',
    },
    added_tokens: [
      { id: 4, content: '<y>', ...flags, normalized: false, special: true },
      { id: 5, content: '<z>', ...flags, normalized: true, special: false },
    ],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Strip', strip_left: true, strip_right: true },
        { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: false },
      ],
    },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never', split: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: template,
      pair: template,
      special_tokens: {
        '<y>': { id: '<y>', ids: [4], tokens: ['<y>'] },
        '<z>': { id: '<z>', ids: [5], tokens: ['<z>'] },
      },
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: model.vocab,
      merges: [['a', 'b']],
    },
  });
});

test.each([
  [{ type: 'WordLevel', vocab: { a: 1, b: 0 } }, '{"type":"WordLevel","vocab":{"b":0,"a":1},"unk_token":"<unk>"}'],
  [
    { type: 'WordPiece', vocab: { '[UNK]': 0, a: 1 } },
    '{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,' +
      '"vocab":{"[UNK]":0,"a":1}}',
  ],
  [{ vocab: [['a', -1.5]] }, '{"type":"Unigram","unk_id":null,"vocab":[["a",-1.5]],"byte_fallback":false}'],
])('the model %j is written whole', (given, expected) => {
  expect(saveTokenizer(tokenizerFromJson({ model: given }))).toContain(`"model":${expected}`);
});

test('tokens are saved in the order of their ids, also if they are numbers', () => {
  expect(saveTokenizer(tokenizerFromJson({ model }))).toContain('"vocab":{"a":0,"1":1,"b":2,"ab":3}');
});

test('pretty output has one line per entry', () => {
  const written = saveTokenizer(tokenizerFromJson({ model }), { pretty: true });
  expect(written).toContain('\n  "added_tokens": [],\n');
  expect(written).toContain('\n    "merges": [\n      [\n        "a",\n        "b"\n      ]\n    ]\n  }\n}');
});

test('tokenizers that no file describes cannot be saved', () => {
  const { file, ...parts } = tokenizerFromJson({ model }).parts;
  expect(file).toBeDefined();
  expect(() => saveTokenizer(new Tokenizer(parts))).toThrow(
    'tokenizer: a tokenizer made of custom parts cannot be saved; no tokenizer.json describes it',
  );
});

test('components of your own are saved with the fields that they declare', () => {
  const own = loadTokenizer(
    { decoder: { type: 'Mine', size: 3, other: 4 }, model: { type: 'WordLevel', vocab: { a: 0 } } },
    {
      normalizers: [],
      preTokenizers: [],
      models: [wordLevel],
      postProcessors: [],
      decoders: [
        {
          type: 'Mine',
          fields: { count: 1, size: 2 },
          fromJson: () => emit => ({ push: emit, finish: () => {} }),
        },
      ],
    },
  );
  expect(saveTokenizer(own)).toContain('"decoder":{"type":"Mine","count":1,"size":3}');
});

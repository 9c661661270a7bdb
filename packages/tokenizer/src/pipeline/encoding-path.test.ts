import { readFixture, readFixtureText } from '@residual/testkit/read-fixture';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openTokenizer } from '../formats/checkpoint/index.js';
import { tokenizerFromJson } from '../formats/json/load.js';
import { sentencePieceTokenizer } from '../formats/sentencepiece/index.js';
import { tiktokenTokenizer } from '../formats/tiktoken/index.js';
import type { EncodingPath } from './encoding-path.js';
import { Pipeline } from './pipeline.js';

const read = (name: string) =>
  JSON.parse(readFixtureText(`tokenizers/${name}/tokenizer.json`)) as {
    model: { dropout?: number };
  };
const sentencePiece = (name: string) => readFixture(`sentencepiece/${name}.model`);

describe('the description of a tokenizer names its components and the path by which it encodes', () => {
  test.each([
    ['bpe-gpt2', { normalizer: [], preTokenizer: ['ByteLevel'], model: 'BPE', encodingPath: 'byte-scan' }],
    ['bpe-llama3', { normalizer: [], preTokenizer: ['Split', 'ByteLevel'], model: 'BPE', encodingPath: 'byte-scan' }],
    [
      'wordpiece-bert',
      {
        normalizer: ['BertNormalizer'],
        preTokenizer: ['BertPreTokenizer'],
        model: 'WordPiece',
        encodingPath: 'single-pass',
      },
    ],
    ['bpe-llama2', { normalizer: ['Prepend', 'Replace'], preTokenizer: [], model: 'BPE', encodingPath: 'general' }],
  ])('%s', (name, expected) => {
    expect(tokenizerFromJson(read(name)).describe()).toEqual(expected);
  });

  test('with dropout a byte-level BPE takes the general path', () => {
    const file = read('bpe-gpt2');
    file.model.dropout = 0.5;
    expect(tokenizerFromJson(file).describe().encodingPath).toBe('general');
  });

  test('a SentencePiece model, by itself and as checkpoints of ALBERT and T5 have it', async () => {
    const own = { preTokenizer: ['Split'], model: 'Unigram', encodingPath: 'general' };
    const bytes = sentencePiece('published/albert');
    expect(sentencePieceTokenizer(bytes).describe()).toEqual({ ...own, normalizer: ['SentencePiece'] });
    const albert = await openTokenizer(async name => (name === 'spiece.model' ? bytes : undefined), {
      modelType: 'albert',
    });
    const normalizer = ['Replace', 'Replace', 'NFKD', 'StripAccents', 'Lowercase', 'SentencePiece'];
    expect(albert!.describe()).toEqual({ ...own, normalizer });
    const t5 = await openTokenizer(
      async name => (name === 'spiece.model' ? sentencePiece('own/unigram-nmt-nfkc') : undefined),
      { modelType: 't5' },
    );
    expect(t5!.describe()).toEqual({ ...own, normalizer: ['SentencePiece'] });
    expect(sentencePieceTokenizer(sentencePiece('own/word')).describe().model).toBe('Word');
  });
});

const bytes = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);
const ranks = [...bytes, `${btoa('th')} 256`, `${btoa(' th')} 257`].join('\n');

/** The tokenizers that each path is meant for. */
const tokenizers = {
  'byte-scan': {
    'GPT-2': () => tokenizerFromJson(read('bpe-gpt2')),
    'Llama 3': () => tokenizerFromJson(read('bpe-llama3')),
    'tiktoken ranks': () => tiktokenTokenizer(ranks, { encoding: 'cl100k_base' }),
  },
  'single-pass': {
    BERT: () => tokenizerFromJson(read('wordpiece-bert')),
    T5: () => tokenizerFromJson(read('unigram-t5')),
  },
  general: {
    CLIP: () => tokenizerFromJson(read('bpe-clip')),
    'Llama 2': () => tokenizerFromJson(read('bpe-llama2')),
  },
} satisfies { readonly [path in EncodingPath]: object };

const texts = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.constantFrom('<|endoftext|>', '</s>', '[MASK]', ' the', 'The', ' ', '\n', "'s", '12', 'é', '日本', '🙂'),
      {
        maxLength: 12,
      },
    )
    .map(parts => parts.join('')),
);

describe.each(Object.entries(tokenizers))('the path %s', (path, creators) => {
  test.each(Object.entries(creators))('is chosen for %s and gives the ids of the general path', (_, create) => {
    const { parts } = create();
    const pipeline = new Pipeline(parts);
    expect(pipeline.encodingPath()).toBe(path);
    fc.assert(
      fc.property(texts, fc.constantFrom(Number.POSITIVE_INFINITY, 0, 3), (text, limit) => {
        const general = pipeline.encodeIds(text, limit, parts.model, 'general');
        expect(pipeline.encodeIds(text, limit)).toEqual(general);
      }),
      { numRuns: 500 },
    );
  });
});

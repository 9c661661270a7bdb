import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openTokenizer } from './formats/checkpoint/index.js';
import { tokenizerFromJson } from './formats/json/load.js';
import { sentencePieceTokenizer } from './formats/sentencepiece/index.js';

const fixtures = new URL('../../../fixtures/', import.meta.url);
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`tokenizers/${name}/tokenizer.json`, fixtures), 'utf8')) as {
    model: { dropout?: number };
  };
const sentencePiece = (name: string) =>
  brotliDecompressSync(readFileSync(new URL(`sentencepiece/${name}.model.br`, fixtures)));

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

  test('a SentencePiece model, by itself and as a checkpoint of ALBERT has it', async () => {
    const own = { preTokenizer: ['Split'], model: 'Unigram', encodingPath: 'general' };
    const bytes = sentencePiece('published/albert');
    expect(sentencePieceTokenizer(bytes).describe()).toEqual({ ...own, normalizer: ['SentencePiece'] });
    const albert = await openTokenizer(async name => (name === 'spiece.model' ? bytes : undefined), {
      modelType: 'albert',
    });
    const normalizer = ['Replace', 'Replace', 'NFKD', 'StripAccents', 'Lowercase', 'SentencePiece'];
    expect(albert!.describe()).toEqual({ ...own, normalizer });
    expect(sentencePieceTokenizer(sentencePiece('own/word')).describe().model).toBe('Word');
  });
});

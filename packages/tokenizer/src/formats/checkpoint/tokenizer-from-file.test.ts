import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { detectFormat, tokenizerFromFile } from './index.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const model = brotliDecompressSync(
  readFileSync(new URL('../../../../../fixtures/sentencepiece/own/bpe-llama.model.br', import.meta.url)),
);

test('the first bytes reveal the format of a file', () => {
  expect(detectFormat(bytesOf(' \n{"model": {}}'))).toBe('tokenizer.json');
  expect(detectFormat(bytesOf('IQ== 0\nIg== 1\n'))).toBe('tiktoken');
  expect(detectFormat(model)).toBe('sentencepiece');
  expect(detectFormat(Uint8Array.of(0x1a, 2, 0x18, 0))).toBe('sentencepiece');
  expect([detectFormat(bytesOf('hello')), detectFormat(bytesOf(''))]).toEqual([undefined, undefined]);
});

test('each format is read', () => {
  const json = { model: { type: 'WordLevel', vocab: { '[UNK]': 0, a: 1 }, unk_token: '[UNK]' } };
  const words = tokenizerFromFile(bytesOf(JSON.stringify(json)), { config: { eos_token: 'a' } });
  expect([words.encode('a').ids, words.eosTokenId]).toEqual([[1], 1]);
  expect(tokenizerFromFile(model).encode('the').tokens).toEqual(['▁the']);
  const ranks = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`).join('\n');
  const cl100k = tokenizerFromFile(bytesOf(`${ranks}\n`), { name: 'my.cl100k_base.tiktoken' });
  expect(cl100k.tokenToId('<|endofprompt|>')).toBe(100276);
});

test('another file is an error that shows its first bytes', () => {
  expect(() => tokenizerFromFile(bytesOf('hello'), { name: 'a.bin' })).toThrow(
    'tokenizer: a.bin is neither a tokenizer.json nor a SentencePiece model nor a tiktoken rank file; it begins ' +
      'with "hello"',
  );
  expect(() => tokenizerFromFile(bytesOf(''))).toThrow('tiktoken rank file; it is empty');
});

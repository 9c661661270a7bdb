import { existsSync, readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

/**
 * The bytes of a file under `/fixtures`, at once and in Node alone: those of the file, or of `PATH.br`, which holds it
 * compressed by Brotli. `path` is relative to that folder: `tokenizers/bpe-gpt2/tokenizer.json`.
 */
export const readFixture = (path: string): Buffer => {
  const url = new URL(`../../../fixtures/${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url) : brotliDecompressSync(readFileSync(new URL(`${url}.br`)));
};

/** A text under `/fixtures`, as `readFixture` reads it. */
export const readFixtureText = (path: string): string => readFixture(path).toString();

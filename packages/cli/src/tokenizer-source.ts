import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import { openTokenizer, tokenizerFromFile } from '@residual/tokenizer/files';

/**
 * The tokenizer of a file (tokenizer.json, SentencePiece model, tiktoken ranks) or of the folder of a published one.
 */
export async function readTokenizer(path: string): Promise<Tokenizer> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new ResidualError('files', `tokenize: there is no file or folder ${path}`);
  if (!info.isDirectory()) {
    return tokenizerFromFile(await readFile(path).catch(unreadable(path)), { name: basename(path) });
  }
  const tokenizer = await openTokenizer(name => readIfThere(join(path, name)));
  if (tokenizer) return tokenizer;
  throw new ResidualError('files', `tokenize: ${path} holds no tokenizer that can be read (tokenizer.json and others)`);
}

const readIfThere = (path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : unreadable(path)(error),
  );

const unreadable =
  (path: string) =>
  (error: Error): never => {
    throw new ResidualError('files', `tokenize: ${path} cannot be read: ${error.message}`);
  };

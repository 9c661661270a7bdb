import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import { openTokenizer, tokenizerFromFile } from '@residual/tokenizer/files';
import { isFolder } from '../runtime/option-values.js';
import { readBytes } from '../text/files.js';

/**
 * The tokenizer of a file (tokenizer.json, SentencePiece model, tiktoken ranks) or of the folder of a published one.
 * Errors name the command and the file.
 */
export async function readTokenizer(command: string, path: string): Promise<Tokenizer> {
  if (!isFolder(path)) return tokenizerFromFile(await readBytes(command, path), { name: basename(path) });
  const tokenizer = await openTokenizer(name => readIfThere(command, join(path, name)));
  if (tokenizer) return tokenizer;
  throw new ResidualError(
    'files',
    `${command}: ${path} holds no tokenizer that can be read (tokenizer.json and others)`,
  );
}

const readIfThere = (command: string, path: string): Promise<Uint8Array | undefined> =>
  readFile(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : readBytes(command, path),
  );

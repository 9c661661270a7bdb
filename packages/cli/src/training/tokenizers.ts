import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { saveTokenizer, type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { type TrainOptions, type TrainProgress, trainTokenizer } from '@residual/tokenizer/train';
import { readText } from '../text/files.js';
import { trainingBar } from '../tokenizer/training-progress.js';
import type { CommonSettings, RunSettings } from './options.js';
import type { RunContext } from './start.js';

/** Reads a tokenizer.json. */
export async function tokenizerInFile(path: string): Promise<Tokenizer> {
  return tokenizerFromJson(await readText('train', path));
}

/** Trains a tokenizer and shows the progress. */
export function trainWithProgress(
  texts: Iterable<string>,
  options: TrainOptions,
  { progress, signal }: Pick<RunContext<CommonSettings>, 'progress' | 'signal'>,
): Promise<Tokenizer> {
  const onProgress = (state: TrainProgress) => progress.show(`tokenizer: ${trainingBar(state)}`);
  return trainTokenizer(texts, { ...options, signal, onProgress } as TrainOptions);
}

/** The tokenizer of a run: a new run saves it in its folder, a resumed one reads it from there. */
export async function runTokenizer(
  { settings: { out }, isResumed }: RunContext<RunSettings>,
  make: () => Promise<Tokenizer>,
): Promise<Tokenizer> {
  const path = join(out, 'tokenizer.json');
  if (isResumed) return tokenizerInFile(path);
  const tokenizer = await make();
  await writeFile(path, `${saveTokenizer(tokenizer, { pretty: true })}\n`);
  return tokenizer;
}

/** The id of the token that ends texts; undefined if the tokenizer has none of the usual names. */
export function eosTokenOf(tokenizer: Tokenizer): number | undefined {
  const commonNames = ['<|endoftext|>', '</s>', '<|end_of_text|>', '<eos>', '[SEP]'];
  return tokenizer.eosTokenId ?? commonNames.map(name => tokenizer.tokenToId(name)).find(id => id !== undefined);
}

import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import {
  allWindows,
  type BatchSource,
  type Pair,
  packed,
  randomWindows,
  splitOff,
  type TokenBatch,
} from '@residual/train';

/** How texts are cut into documents. */
export type Cut = 'none' | 'lines' | 'paragraphs' | 'files';

/** The texts of files, UTF-8. Errors name the command. */
export async function readTexts(command: string, files: readonly string[]): Promise<string[]> {
  if (files.length === 0) throw new ResidualError('files', `${command}: no file of data is given`);
  return Promise.all(
    files.map(async file => {
      const bytes = await readFile(file).catch(cause => {
        throw new ResidualError('files', `${command}: ${file} cannot be read: ${cause.message}`, { cause });
      });
      try {
        return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
      } catch {
        throw new ResidualError('files', `${command}: ${file} is not UTF-8 text`);
      }
    }),
  );
}

/** The documents of texts; blank ones are left out. */
export function documentsOf(texts: readonly string[], cut: Cut): string[] {
  const separator = { none: undefined, files: undefined, lines: /\n/, paragraphs: /\n\s*\n/ }[cut];
  const pieces = separator ? texts.flatMap(text => text.split(separator)) : texts;
  return pieces.filter(text => text.trim() !== '');
}

/** What is trained on, and what is validated on: some batches, or all. */
export interface Corpus<Batch> {
  readonly batches: BatchSource<Batch>;
  readonly validation: (limit: number) => AsyncIterable<Batch> | Iterable<Batch>;
  /** What there is, for people. */
  readonly told: string;
}

interface Parts {
  readonly training: readonly string[];
  readonly validation: readonly string[];
}

interface Shape {
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
  readonly end: number | undefined;
}

/** Texts to validate on: a file, or a share; of one long text that is its end. */
export function split(
  texts: readonly string[],
  held: readonly string[] | undefined,
  { cut, share, seed }: { cut: Cut; share: number; seed: number },
): Parts {
  const documents = documentsOf(texts, cut);
  if (held) return { training: documents, validation: documentsOf(held, cut) };
  if (cut !== 'none') return splitOff(documents, { share, seed });
  const whole = documents.join('\n');
  const at = Math.floor(whole.length * (1 - share));
  return { training: [whole.slice(0, at)], validation: [whole.slice(at)] };
}

/** Batches of text: windows of one long text at random, or documents packed and kept apart. */
export function textCorpus(
  { training, validation }: Parts,
  tokenizer: Tokenizer,
  cut: Cut,
  shape: Shape,
): Corpus<TokenBatch> {
  const { length, batch, seed, end } = shape;
  const encode = (texts: readonly string[]) => texts.map(text => Int32Array.from(tokenizer.encode(text).ids));
  const [ours, held] = [encode(training), encode(validation)];
  const count = (documents: readonly Int32Array[]) => documents.reduce((sum, { length }) => sum + length, 0);
  const told = `${count(ours).toLocaleString('en-US')} tokens to train on, ${count(held).toLocaleString('en-US')} to validate on`;
  if (cut === 'none') {
    const [long, short] = [joined(ours), joined(held)];
    if (short.length <= length)
      throw new ResidualError(
        'data',
        `train: ${short.length} tokens to validate on are too few for rows of ${length} and the token after them`,
      );
    const windows = [...allWindows(short, { length, batch })];
    return { batches: randomWindows(long, { length, batch, seed }), validation: limit => spread(windows, limit), told };
  }
  const options = { length, batch, end };
  return {
    batches: packed(ours, { ...options, shuffle: { seed } }),
    validation: limit => taken(packed(held, { ...options, rounds: 1 }).from(0), limit),
    told,
  };
}

/** Tab-separated pairs, one a line; more columns are passed over. */
export function pairsOf(texts: readonly string[], files: readonly string[]): [string, string][] {
  return texts.flatMap((text, i) =>
    text.split('\n').flatMap((line, number): [string, string][] => {
      if (line.trim() === '') return [];
      const [source, target] = line.split('\t');
      if (source && target) return [[source, target]];
      throw new ResidualError(
        'data',
        `train: line ${number + 1} of ${files[i]} is no pair: it must be a text, a tab and its translation`,
      );
    }),
  );
}

/** Pairs as token ids, targets and sources with their end. */
export function encodedPairs(pairs: readonly (readonly [string, string])[], tokenizer: Tokenizer, end: number): Pair[] {
  const ids = (text: string) => {
    const found = tokenizer.encode(text).ids;
    return found.at(-1) === end ? found : [...found, end];
  };
  return pairs.map(([source, target]) => ({ source: ids(source), target: ids(target) }));
}

/** The first batches. */
export async function* taken<Batch>(
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  limit: number,
): AsyncGenerator<Batch> {
  let count = 0;
  for await (const batch of batches) {
    if (count++ === limit) return;
    yield batch;
  }
}

/** So many of a list, evenly spread over it. */
function spread<Item>(items: readonly Item[], limit: number): Item[] {
  if (items.length <= limit) return [...items];
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}

function joined(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

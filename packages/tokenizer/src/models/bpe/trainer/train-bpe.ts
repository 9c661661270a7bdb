import { failInput } from '../../../errors.js';
import { type AlphabetOptions, alphabetOf } from '../../../training/alphabet.js';
import { countCharacters } from '../../../training/count-characters.js';
import type { WordCounts } from '../../../training/count-words.js';
import type { Scheduler } from '../../../training/scheduler.js';
import { Pairs } from './pairs.js';
import { Words } from './words.js';

/** How merges are learned. Names and meanings are those of the reference's BpeTrainer. */
export interface BpeTrainerOptions extends AlphabetOptions {
  /** Pairs with a lower count are not merged. Default 0. */
  readonly minFrequency?: number;
  /** A prefix of all characters of a word but the first. */
  readonly continuingSubwordPrefix?: string;
  /** A suffix of the last character of a word. */
  readonly endOfWordSuffix?: string;
  /** Tokens of three characters and more are shorter than this. Default: no limit. */
  readonly maxTokenLength?: number;
}

/** A merge that has just been learned. */
export interface LearnedPair {
  readonly left: string;
  readonly right: string;
  /** The new token. */
  readonly token: string;
  /** How often the pair occurred in the texts when it was merged. */
  readonly count: number;
  /** The number of tokens, with this one. */
  readonly vocabSize: number;
  /** All tokens and merges so far. */
  readonly trained: () => TrainedMerges;
}

/** The learned tokens by id, and the merged pairs of ids in the order of their ranks. */
export interface TrainedMerges {
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [left: number, right: number])[];
}

/**
 * Learns a byte-pair encoding (Sennrich et al. 2016). The vocabulary starts with the special tokens and the alphabet.
 * Then the most frequent pair of neighbours becomes a token, among equally frequent pairs the one with the lowest ids,
 * until there are `vocabSize` tokens. Characters with affixes get their ids in the order in which the words contain
 * them.
 */
export async function trainBpe(
  counts: WordCounts,
  vocabSize: number,
  specialTokens: readonly string[],
  options: BpeTrainerOptions,
  scheduler: Scheduler,
  onPair?: (pair: LearnedPair) => Promise<void> | void,
): Promise<TrainedMerges> {
  const { continuingSubwordPrefix: prefix = '', minFrequency = 0 } = options;
  const tokens: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (token: string) => {
    const cached = ids.get(token);
    if (cached !== undefined) return cached;
    ids.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  for (const token of specialTokens) idOf(token);
  const special = tokens.length;
  const characters = alphabetOf(await countCharacters(counts, scheduler), options);
  for (const code of characters) idOf(String.fromCodePoint(code));
  const words = await symbolsOf(counts, characters, idOf, options, scheduler);
  if (tokens.length > vocabSize) {
    failInput(
      `trainTokenizer: vocabSize ${vocabSize} is less than the ${tokens.length} tokens that it begins with ` +
        `(${special} special, ${tokens.length - special} of the alphabet); it must be at least ${tokens.length}`,
    );
  }
  const pairs = new Pairs();
  for (const read of words.countPairs(pairs))
    if (scheduler.shouldYield) await scheduler.reportAndYield('pairs', read, words.length);
  const merges: [number, number][] = [];
  const trained = () => ({ tokens: [...tokens], merges: keepLastOccurrences(merges) });
  while (tokens.length < vocabSize) {
    pairs.enqueue();
    const next = pairs.takeFirst(minFrequency);
    if (!next) break;
    const { left, right } = next;
    const second = tokens[right]!;
    const merged = idOf(tokens[left]! + (second.startsWith(prefix) ? second.slice(prefix.length) : second));
    merges.push([left, right]);
    const rest = () => scheduler.reportAndYield('merges', tokens.length, vocabSize);
    for (const _ of words.merge(next, merged, pairs)) if (scheduler.shouldYield) await rest();
    if (onPair) {
      const [first, token] = [tokens[left]!, tokens[merged]!];
      await onPair({ left: first, right: second, token, count: next.count, vocabSize: tokens.length, trained });
      scheduler.signal?.throwIfAborted();
    }
    if (scheduler.shouldYield) await rest();
  }
  await scheduler.reportAndYield('merges', tokens.length, tokens.length);
  return trained();
}

/** The words as symbols, without characters that are not in the alphabet. */
async function symbolsOf(
  counts: WordCounts,
  alphabet: readonly number[],
  idOf: (token: string) => number,
  { continuingSubwordPrefix: prefix = '', endOfWordSuffix: suffix = '', maxTokenLength }: BpeTrainerOptions,
  scheduler: Scheduler,
): Promise<Words> {
  const alphabetSet = new Set(alphabet);
  const inner = new Map<number, number>(); // the ids of characters inside words
  let units = 0;
  for (const word of counts.keys()) units += word.length;
  const symbols = new Int32Array(units);
  const sizes: number[] = [];
  let size = 0;
  for (const word of counts.keys()) {
    const from = size;
    for (let at = 0; at < word.length; ) {
      const code = word.codePointAt(at)!;
      const end = at + (code > 0xffff ? 2 : 1);
      const isInner = at > 0 && end < word.length;
      const before = at === 0 ? '' : prefix;
      const after = end === word.length ? suffix : '';
      at = end;
      if (!alphabetSet.has(code)) continue;
      const id = (isInner && inner.get(code)) || idOf(before + String.fromCodePoint(code) + after);
      if (isInner) inner.set(code, id);
      symbols[size++] = id;
      if ((size & 0xffff) === 0 && scheduler.shouldYield) await scheduler.reportAndYield('pairs', 0, units);
    }
    sizes.push(size - from);
  }
  return new Words(symbols.subarray(0, size), sizes, [...counts.values()], maxTokenLength);
}

/** A pair that was merged several times, because its token was there before, keeps its last rank. */
function keepLastOccurrences(merges: readonly [number, number][]): readonly [number, number][] {
  const last = new Map(merges.map((pair, rank) => [pair.join(), rank]));
  return merges.filter((pair, rank) => last.get(pair.join()) === rank);
}

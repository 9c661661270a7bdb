import type { Line } from '../lines.js';
import { median } from '../measure.js';
import { startProcess } from '../process.js';
import type { EncodingTimes } from './child.js';
import { librariesOf, type TokenizerName } from './subjects.js';
import { type TextName, texts } from './texts.js';
import { type VocabularyName, vocabularies } from './vocabularies.js';

const rounds = 5;
/** What reads a vocabulary's file is compared on one text. */
const loadComparison = { vocabulary: 'GPT-2', text: 'short English' } as const;
/** Ours takes at most this share of what the fastest exact peer takes. */
const goals: Readonly<Record<Exclude<VocabularyName, typeof loadComparison.vocabulary>, number>> = {
  r50k_base: 1 / 1.5,
  cl100k_base: 1 / 1.5,
  'WordPiece (BERT)': 1 / 5,
  'Unigram (T5)': 1 / 5,
  'Unigram (ALBERT)': 1 / 5,
};

/** What is to be compared: vocabularies and texts whose names hold these words, all if absent; nothing where a model's shape is asked for. */
export interface TokenizerFilter {
  readonly shape?: string;
  readonly kind?: string;
  readonly text?: string;
}

/** Measures how fast texts are encoded, beside the peers, and how fast GPT-2's file is read; each comparison's lines as soon as it is done. */
export async function* tokenizers({ shape, kind, text }: TokenizerFilter): AsyncGenerator<Line[]> {
  if (shape !== undefined) return;
  const kinds = matchingNames('kind', vocabularies, kind);
  let cacheBytes = 0;
  for (const textName of matchingNames('text', Object.keys(texts) as TextName[], text)) {
    for (const vocabulary of kinds) {
      if (vocabulary === loadComparison.vocabulary) continue;
      const times = await measureLibraries(vocabulary, textName);
      cacheBytes = Math.max(cacheBytes, times.get('residual')!.cacheBytes);
      yield linesOf(vocabulary, textName, times);
    }
  }
  if (kinds.includes(loadComparison.vocabulary) && text === undefined) {
    const taken = await measureLibraries(loadComparison.vocabulary, loadComparison.text);
    const [ourValue, peerValue] = [taken.get('residual')!.load, taken.get('@huggingface/tokenizers')!.load];
    const what = "load GPT-2's tokenizer.json, ms";
    yield [
      { what, unit: 'ms', ourValue, peer: '@huggingface/tokenizers', peerValue, ratio: ourValue / peerValue, goal: 1 },
    ];
  }
  const cacheLine = { what: 'memory of caches, MB', unit: 'MB', ours: cacheBytes / 1e6, peer: 'allowed', theirs: 8 };
  if (cacheBytes > 0) yield [{ ...cacheLine, ratio: cacheBytes / 8e6, goal: 1 }];
}

/** The names that hold a word, whatever its case. */
export function matchingNames<T extends string>(what: string, names: readonly T[], word = ''): T[] {
  const found = names.filter(name => name.toLowerCase().includes(word.toLowerCase()));
  if (found.length === 0) throw new Error(`bench: no ${what} ${word}; there are ${names.join(', ')}`);
  return found;
}

/** The medians of a few rounds, in which the libraries take turns, each time in a process of its own. */
async function measureLibraries(
  vocabulary: VocabularyName,
  text: TextName,
): Promise<Map<TokenizerName, EncodingTimes>> {
  const names = librariesOf(vocabulary);
  const all = new Map<TokenizerName, EncodingTimes[]>(names.map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { call: ask, close } = startProcess('./tokenizer-child.js', name);
      all.get(name)!.push(await ask('take', vocabulary, text));
      await close();
    }
  }
  return new Map(
    [...all].map(([name, times]) => {
      const [load, first, warm] = (['load', 'first', 'warm'] as const).map(key => median(times.map(each => each[key])));
      return [name, { ...times[0]!, load: load!, first: first!, warm: warm! }];
    }),
  );
}

/** Lines of the first pass and of warm ones beside each peer; the fastest that gives the right ids is what is to be beaten. */
export function linesOf(
  vocabulary: keyof typeof goals,
  text: TextName,
  timesByLibrary: ReadonlyMap<TokenizerName, EncodingTimes>,
): Line[] {
  const ourTimes = timesByLibrary.get('residual')!;
  const { ids } = timesByLibrary.get('tiktoken') ?? ourTimes;
  if (ourTimes.ids !== ids) throw new Error(`bench: ${vocabulary} on ${text}: our ids are not tiktoken's`);
  const peers = [...timesByLibrary].filter(([name]) => name !== 'residual');
  const perMegabyte = ({ bytes }: EncodingTimes, milliseconds: number) => (1e6 * milliseconds) / bytes;
  return (['first', 'warm'] as const).flatMap(key => {
    const exact = peers.filter(([, times]) => times.ids === ids);
    const fastest = Math.min(...exact.map(([, taken]) => taken[key]));
    return peers.map(
      ([name, taken]): Line => ({
        what: `${vocabulary}, ${text}: ${key === 'first' ? 'first pass' : 'warm'}, ms a MB`,
        unit: 'ms',
        ourValue: perMegabyte(ourTimes, ourTimes[key]),
        peer: taken.ids === ids ? name : `${name} (other ids)`,
        peerValue: perMegabyte(taken, taken[key]),
        ratio: ourTimes[key] / taken[key],
        ...(taken.ids === ids && taken[key] === fastest && { goal: Number(goals[vocabulary].toFixed(3)) }),
      }),
    );
  });
}

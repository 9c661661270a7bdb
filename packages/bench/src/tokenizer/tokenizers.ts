import { type Filter, matchingNames } from '../comparison/filter.js';
import { type Line, lineOf } from '../comparison/line.js';
import { summarize } from '../comparison/statistics.js';
import { startProcess } from '../processes/process.js';
import type { EncodingTimes } from './child.js';
import { librariesOf, type TokenizerName } from './subjects.js';
import { type TextName, texts } from './texts.js';
import { type VocabularyName, vocabularies } from './vocabularies.js';

const rounds = 5;
/** The comparison of loading times uses one vocabulary and one text. */
const loadComparison = { vocabulary: 'GPT-2', text: 'short English' } as const;
/** The highest share of the time of the fastest exact peer that meets the goal. */
const goals: Readonly<Record<Exclude<VocabularyName, typeof loadComparison.vocabulary>, number>> = {
  r50k_base: 1 / 1.5,
  cl100k_base: 1 / 1.5,
  'WordPiece (BERT)': 1 / 5,
  'Unigram (T5)': 1 / 5,
  'Unigram (ALBERT)': 1 / 5,
};

/**
 * Measures encoding and the loading of GPT-2's file, compared with the peers. Yields the lines of each comparison as
 * soon as it is done.
 */
export async function* tokenizers({ shape, kind, text }: Filter): AsyncGenerator<Line[]> {
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
    const times = await measureLibraries(loadComparison.vocabulary, loadComparison.text);
    const [ours, peers] = [times.get('residual')!.load, times.get('@huggingface/tokenizers')!.load];
    const what = "load GPT-2's tokenizer.json, ms";
    yield [lineOf({ what, ours, peer: '@huggingface/tokenizers', peers, goal: 1, notes: ['newProcesses'] })];
  }
  if (cacheBytes > 0)
    yield [lineOf({ what: 'memory of caches, MB', ours: [cacheBytes / 1e6], peer: 'a limit', peers: [8], goal: 1 })];
}

/** The times of all rounds of a library. */
export interface LibraryTimes extends Pick<EncodingTimes, 'bytes' | 'ids' | 'cacheBytes'> {
  readonly load: readonly number[];
  readonly first: readonly number[];
  readonly warm: readonly number[];
}

/** The times of a few rounds. The libraries alternate, each time in a new process. */
async function measureLibraries(vocabulary: VocabularyName, text: TextName): Promise<Map<TokenizerName, LibraryTimes>> {
  const names = librariesOf(vocabulary);
  const all = new Map<TokenizerName, EncodingTimes[]>(names.map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { call, close } = startProcess('./tokenizer-child.js', name);
      try {
        all.get(name)!.push(await call('encode', vocabulary, text));
      } finally {
        await close();
      }
    }
  }
  return new Map(
    [...all].map(([name, times]) => {
      const [load, first] = [times.map(each => each.load), times.map(each => each.first)];
      return [name, { ...times[0]!, load, first, warm: times.flatMap(each => each.warm) }];
    }),
  );
}

/**
 * Lines of the first pass and of warm passes compared with each peer. The goal applies to the fastest peer with the
 * right ids.
 */
export function linesOf(
  vocabulary: keyof typeof goals,
  text: TextName,
  timesByLibrary: ReadonlyMap<TokenizerName, LibraryTimes>,
): Line[] {
  const ourTimes = timesByLibrary.get('residual')!;
  const { ids } = timesByLibrary.get('tiktoken') ?? ourTimes;
  if (ourTimes.ids !== ids) throw new Error(`bench: ${vocabulary} on ${text}: our ids are not tiktoken's`);
  const peers = [...timesByLibrary].filter(([name]) => name !== 'residual');
  return (['first', 'warm'] as const).flatMap(key => {
    const perMegabyte = (times: LibraryTimes) => times[key].map(milliseconds => (1e6 * milliseconds) / times.bytes);
    const exact = peers.filter(([, times]) => times.ids === ids);
    const fastest = Math.min(...exact.map(([, times]) => summarize(times[key]).median));
    return peers.map(([name, times]) => {
      const isExact = times.ids === ids;
      return lineOf({
        what: `${vocabulary}, ${text}: ${key === 'first' ? 'first pass' : 'warm'}, ms a MB`,
        ours: perMegabyte(ourTimes),
        peer: isExact ? name : `${name} (other ids)`,
        peers: perMegabyte(times),
        notes: [key === 'first' ? 'newProcesses' : 'warmPasses'],
        ...(isExact && summarize(times[key]).median === fastest && { goal: Number(goals[vocabulary].toFixed(3)) }),
      });
    });
  });
}

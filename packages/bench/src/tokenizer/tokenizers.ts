import type { Line } from '../lines.js';
import { median } from '../measure.js';
import { asked } from '../process.js';
import type { Taken } from './child.js';
import { librariesOf, type TokenizerName } from './subjects.js';
import { type TextName, texts } from './texts.js';
import { type VocabularyName, vocabularies } from './vocabularies.js';

const rounds = 5;
/** What reads a vocabulary's file is compared on one text. */
const loaded = { vocabulary: 'GPT-2', text: 'short English' } as const;
/** Ours takes at most this share of what the fastest exact peer takes. */
const reaches: Readonly<Record<Exclude<VocabularyName, typeof loaded.vocabulary>, number>> = {
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
  const kinds = named('kind', vocabularies, kind);
  let cacheBytes = 0;
  for (const textName of named('text', Object.keys(texts) as TextName[], text)) {
    for (const vocabulary of kinds) {
      if (vocabulary === loaded.vocabulary) continue;
      const taken = await takenBy(vocabulary, textName);
      cacheBytes = Math.max(cacheBytes, taken.get('residual')!.cacheBytes);
      yield linesOf(vocabulary, textName, taken);
    }
  }
  if (kinds.includes(loaded.vocabulary) && text === undefined) {
    const taken = await takenBy(loaded.vocabulary, loaded.text);
    const [ours, theirs] = [taken.get('residual')!.load, taken.get('@huggingface/tokenizers')!.load];
    const what = "load GPT-2's tokenizer.json, ms";
    yield [{ what, unit: 'ms', ours, peer: '@huggingface/tokenizers', theirs, ratio: ours / theirs, reach: 1 }];
  }
  const held = { what: 'memory of caches, MB', unit: 'MB', ours: cacheBytes / 1e6, peer: 'allowed', theirs: 8 };
  if (cacheBytes > 0) yield [{ ...held, ratio: cacheBytes / 8e6, reach: 1 }];
}

/** The names that hold a word, whatever its case. */
export function named<T extends string>(what: string, names: readonly T[], word = ''): T[] {
  const found = names.filter(name => name.toLowerCase().includes(word.toLowerCase()));
  if (found.length === 0) throw new Error(`bench: no ${what} ${word}; there are ${names.join(', ')}`);
  return found;
}

/** The medians of a few rounds, in which the libraries take turns, each time in a process of its own. */
async function takenBy(vocabulary: VocabularyName, text: TextName): Promise<Map<TokenizerName, Taken>> {
  const names = librariesOf(vocabulary);
  const all = new Map<TokenizerName, Taken[]>(names.map(name => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const { ask, close } = asked('./tokenizer-child.js', name);
      all.get(name)!.push(await ask('take', vocabulary, text));
      await close();
    }
  }
  return new Map(
    [...all].map(([name, taken]) => {
      const [load, first, warm] = (['load', 'first', 'warm'] as const).map(key => median(taken.map(each => each[key])));
      return [name, { ...taken[0]!, load: load!, first: first!, warm: warm! }];
    }),
  );
}

/** Lines of the first pass and of warm ones beside each peer; the fastest that gives the right ids is what is to be beaten. */
export function linesOf(
  vocabulary: keyof typeof reaches,
  text: TextName,
  best: ReadonlyMap<TokenizerName, Taken>,
): Line[] {
  const ours = best.get('residual')!;
  const { ids } = best.get('tiktoken') ?? ours;
  if (ours.ids !== ids) throw new Error(`bench: ${vocabulary} on ${text}: our ids are not tiktoken's`);
  const peers = [...best].filter(([name]) => name !== 'residual');
  const perMegabyte = ({ bytes }: Taken, milliseconds: number) => (1e6 * milliseconds) / bytes;
  return (['first', 'warm'] as const).flatMap(key => {
    const exact = peers.filter(([, taken]) => taken.ids === ids);
    const fastest = Math.min(...exact.map(([, taken]) => taken[key]));
    return peers.map(
      ([name, taken]): Line => ({
        what: `${vocabulary}, ${text}: ${key === 'first' ? 'first pass' : 'warm'}, ms a MB`,
        unit: 'ms',
        ours: perMegabyte(ours, ours[key]),
        peer: taken.ids === ids ? name : `${name} (other ids)`,
        theirs: perMegabyte(taken, taken[key]),
        ratio: ours[key] / taken[key],
        ...(taken.ids === ids && taken[key] === fastest && { reach: Number(reaches[vocabulary].toFixed(3)) }),
      }),
    );
  });
}

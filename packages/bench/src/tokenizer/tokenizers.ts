import type { Line } from '../lines.js';
import { asked } from '../process.js';
import type { Taken } from './child.js';
import { librariesOf, type TokenizerName, type VocabularyName } from './subjects.js';
import { type TextName, texts } from './texts.js';

const rounds = 4;
/** Ours takes at most this share of what the fastest exact peer takes. */
const reaches: Readonly<Record<Exclude<VocabularyName, 'GPT-2'>, number>> = {
  r50k_base: 1 / 1.5,
  cl100k_base: 1 / 1.5,
  WordPiece: 1 / 5,
  Unigram: 1 / 5,
};

/** Measures how fast texts are encoded, beside the peers, and how fast GPT-2's file is read. */
export async function tokenizers(shape?: string): Promise<Line[]> {
  if (shape !== undefined) return [];
  const lines: Line[] = [];
  let cacheBytes = 0;
  for (const vocabulary of Object.keys(reaches) as (keyof typeof reaches)[]) {
    for (const text of Object.keys(texts) as TextName[]) {
      const best = await bestOf(vocabulary, text);
      cacheBytes = Math.max(cacheBytes, best.get('residual')!.cacheBytes);
      lines.push(...linesOf(vocabulary, text, best));
    }
  }
  const gpt2 = await bestOf('GPT-2', 'English');
  const [ours, theirs] = [gpt2.get('residual')!.load, gpt2.get('@huggingface/tokenizers')!.load];
  const what = "load GPT-2's tokenizer.json, ms";
  lines.push({ what, unit: 'ms', ours, peer: '@huggingface/tokenizers', theirs, ratio: ours / theirs, reach: 1 });
  const held = { what: 'memory of caches, MB', unit: 'MB', ours: cacheBytes / 1e6, peer: 'allowed', theirs: 8 };
  return [...lines, { ...held, ratio: cacheBytes / 8e6, reach: 1 }];
}

/** The best of a few rounds, in which the libraries take turns, each time in a process of its own. */
async function bestOf(vocabulary: VocabularyName, text: TextName): Promise<Map<TokenizerName, Taken>> {
  const best = new Map<TokenizerName, Taken>();
  for (let round = 0; round < rounds; round++) {
    for (const name of librariesOf(vocabulary)) {
      const { ask, close } = asked('./tokenizer-child.js', name);
      const taken: Taken = await ask('take', vocabulary, text);
      await close();
      const before = best.get(name) ?? taken;
      const [load, first, warm] = (['load', 'first', 'warm'] as const).map(key => Math.min(before[key], taken[key]));
      best.set(name, { ...taken, load: load!, first: first!, warm: warm! });
    }
  }
  return best;
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

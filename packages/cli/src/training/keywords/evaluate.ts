import { centred } from '@residual/audio';
import { yieldToEventLoop } from '@residual/base';
import type { keywordTransformer } from '@residual/families';
import { emptyScope, type HasNeeds, type Weights } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import { percent } from '../../terminal/format.js';
import { Draws } from '../draws.js';
import { silent } from './augment.js';
import { bins, type FeatureScale, featuresOf, frames } from './batches.js';
import { type KeywordFolder, type KeywordRecording, readKeyword, sampleCount, silence } from './recordings.js';

/** How often the likeliest label is the right one. */
export interface KeywordResult {
  readonly count: number;
  /** From 0 to 1, of all recordings. */
  readonly accuracy: number;
  /** From 0 to 1, by label; a label without a recording has none. */
  readonly byLabel: Readonly<Record<string, number>>;
}

/** What an evaluation needs. */
export interface KeywordContext {
  readonly layer: ReturnType<typeof keywordTransformer>;
  readonly weights: Weights<HasNeeds<unknown>['needs']>;
  readonly scale: FeatureScale;
  readonly signal: AbortSignal;
}

/** The accuracy on recordings as they are, at most `limit` of them, and on a tenth as many of silence. */
export async function testKeywords(
  recordings: readonly KeywordRecording[],
  { labels, noises }: Pick<KeywordFolder, 'labels' | 'noises'>,
  { layer, weights, scale, signal }: KeywordContext,
  limit = Number.POSITIVE_INFINITY,
): Promise<KeywordResult> {
  const every = Math.max(1, Math.ceil(recordings.length / limit));
  const chosen: readonly (KeywordRecording | undefined)[] = [
    ...recordings.filter((_, i) => i % every === 0),
    ...Array.from({ length: Math.ceil(recordings.length / every / 10) }, () => undefined),
  ];
  const draws = new Draws(0, 'silence', 0);
  const [right, total] = [new Map<number, number>(), new Map<number, number>()];
  for (let from = 0; from < chosen.length; from += 64) {
    await yieldToEventLoop(signal);
    const part = chosen.slice(from, from + 64);
    const sounds = await Promise.all(
      part.map(async each => (each ? centred(await readKeyword(each.path), sampleCount) : silent(noises, draws))),
    );
    const logits = tidy(() => {
      const x = tensor(featuresOf(sounds, scale), [part.length, frames, bins]);
      return (layer as (w: unknown, x: Tensor, scope: typeof emptyScope) => Tensor)(weights, x, emptyScope);
    });
    const values = await logits.data();
    logits.dispose();
    for (const [i, each] of part.entries()) {
      const label = each?.label ?? silence;
      const row = values.subarray(i * labels.length, (i + 1) * labels.length);
      total.set(label, (total.get(label) ?? 0) + 1);
      if (row[label]! >= Math.max(...row)) right.set(label, (right.get(label) ?? 0) + 1);
    }
  }
  const sum = (counts: ReadonlyMap<number, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
  const byLabel = [...total]
    .sort(([a], [b]) => a - b)
    .map(([label, n]) => [labels[label]!, (right.get(label) ?? 0) / n]);
  return { count: sum(total), accuracy: sum(right) / sum(total), byLabel: Object.fromEntries(byLabel) };
}

/** Results as a table in Markdown. */
export function keywordTable(results: Readonly<Record<string, KeywordResult>>): string {
  const rows = Object.entries(results).map(([name, { count, accuracy, byLabel }]) => {
    const worst = Object.entries(byLabel).sort(([, a], [, b]) => a - b)[0];
    return `| ${name} | ${count} | ${percent(accuracy)} | ${worst ? `${worst[0]} ${percent(worst[1])}` : ''} |`;
  });
  return ['| recordings | count | right | least often right |', '|---|---|---|---|', ...rows].join('\n');
}

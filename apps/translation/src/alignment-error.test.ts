import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { type Alignment, loadModel, wordAlignment } from '@residual/model';
import { root } from '@residual/testkit/pages';
import { expect, test } from 'vitest';
import { chosenHeads } from './attention-numbers.js';
import { alignmentError, bestAlignmentHead } from './best-alignment-head.js';
import type { HeadIndex } from './settings.js';

interface HandAlignments {
  readonly sentences: readonly { readonly source: string; readonly translation: string; readonly links: string }[];
}

/** The links of a sentence: `a-b` is sure, `a?b` is possible; sure links are possible too. */
function linksIn(links: string): { readonly sure: ReadonlySet<string>; readonly possible: ReadonlySet<string> } {
  const all = links.split(' ');
  const sure = all.filter(link => link.includes('-'));
  return { sure: new Set(sure), possible: new Set(all.map(link => link.replace('?', '-'))) };
}

/**
 * The alignment error rate of some heads, if each word of a translation is linked to the source word with the largest
 * weight.
 */
function errorOf(alignments: readonly Alignment[], byHand: HandAlignments, heads: readonly HeadIndex[]): number {
  let [predicted, predictedSure, predictedPossible, sure] = [0, 0, 0, 0];
  for (const [i, alignment] of alignments.entries()) {
    const links = linksIn(byHand.sentences[i]!.links);
    const { shape, data } = wordAlignment(alignment, { heads: heads.map(({ layer, head }) => [layer, head] as const) });
    const [targets, sources] = shape as [number, number];
    for (let target = 0; target < targets; target++) {
      const row = data.subarray(target * sources, (target + 1) * sources) as Float32Array;
      const link = `${row.indexOf(Math.max(...row))}-${target}`;
      predicted++;
      if (links.sure.has(link)) predictedSure++;
      if (links.possible.has(link)) predictedPossible++;
    }
    sure += links.sure.size;
  }
  return 1 - (predictedSure + predictedPossible) / (predicted + sure);
}

test('the layer that the page shows first, averaged over its heads, agrees best with alignments by hand', async () => {
  const path = join(root, 'fixtures', 'models', 'en-fr', 'alignments.json');
  const byHand = JSON.parse(await readFile(path, 'utf8')) as HandAlignments;
  expect(byHand.sentences).toHaveLength(30);
  const model = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
  const sources = byHand.sentences.map(({ source }) => source);
  const translations = await model.translate(sources, { alignments: true }).result();
  expect(translations.map(({ translation }) => translation)).toEqual(
    byHand.sentences.map(({ translation }) => translation),
  );
  const alignments = translations.map(({ segments }) => segments[0]!.alignment!);
  for (const [i, { sourceWords, targetWords }] of alignments.entries())
    for (const link of byHand.sentences[i]!.links.split(' ')) {
      const [from, to] = link.split(/[-?]/).map(Number);
      expect(from).toBeLessThan(sourceWords.length);
      expect(to).toBeLessThan(targetWords.length);
    }
  const all = [-1, 0, 1, 2, 3];
  const choices = all.flatMap(layer => all.map(head => ({ layer, head })));
  const errors = choices.map(({ layer, head }) => {
    return errorOf(alignments, byHand, chosenHeads(layer, head, model.depth, model.heads));
  });
  const least = choices[errors.indexOf(Math.min(...errors))]!;
  expect(least).toEqual(bestAlignmentHead);
  expect(Math.min(...errors)).toBeCloseTo(alignmentError, 3);
  model.dispose();
});

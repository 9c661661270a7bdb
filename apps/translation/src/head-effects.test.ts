import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import '@residual/backend-wasm';
import { loadModel } from '@residual/model';
import { root } from '@residual/testkit/pages';
import { expect, test } from 'vitest';
import { effectsInWords, logprobWithout, meanEffects, spareHead, vitalHead } from './head-effects.js';
import { type HeadIndex, optionsOf, preset, textOfHeads } from './settings.js';

/**
 * `MEASURE_HEADS=all` measures every head on all golden sentences, which takes half a minute; else the two that the
 * page offers are compared on the first ones.
 */
const measuresAll = process.env.MEASURE_HEADS === 'all';

test('of all heads of cross-attention the offered ones cost a translation most and least', async () => {
  const model = await loadModel(join(root, 'packages', 'model-en-fr', 'model'));
  const file = await readFile(join(root, 'fixtures', 'models', 'en-fr', 'golden.json'), 'utf8');
  const { examples } = JSON.parse(file) as { examples: { en: string; greedy: { ids: number[] } }[] };
  const end = Number(model.config.eos_token_id);
  const start = model.config.decoder_start_token_id;
  const translated = examples.slice(0, measuresAll ? examples.length : 8).map(({ en, greedy: { ids } }) => {
    return { source: en, tokens: ids.filter(id => id !== end && id !== start) };
  });
  const sumOf = async (heads: readonly HeadIndex[]) => {
    let sum = 0;
    for (const each of translated) sum += await logprobWithout(model, each, heads, end);
    return sum;
  };
  const all = await sumOf([]);
  const effectOf = async (head: HeadIndex) => ((await sumOf([head])) - all) / translated.length;
  const indices = meanEffects.flatMap((row, layer) => row.map((_, head) => ({ layer, head })));
  if (measuresAll)
    for (const index of indices) {
      const effect = meanEffects[index.layer]![index.head]!;
      expect(await effectOf(index), textOfHeads([index])).toBeCloseTo(effect, 2);
    }
  const sorted = indices.sort((a, b) => meanEffects[a.layer]![a.head]! - meanEffects[b.layer]![b.head]!);
  expect([sorted[0], sorted.at(-1)]).toEqual([vitalHead.off, spareHead.off]);
  expect(effectsInWords()).toBe(
    'Measured on 59 sentences, head 0 of layer 3 counts most: without it a translation keeps 64 % of its ' +
      'probability, without head 0 of layer 0 92 %.',
  );
  expect(await effectOf(vitalHead.off)).toBeLessThan(2 * (await effectOf(spareHead.off)));

  const translationOf = async (text: string, off: string) => {
    const options = optionsOf({ ...preset, off }, model.depth, model.heads);
    return (await model.translate(text, options).result()).translation;
  };
  const whole = await translationOf(vitalHead.text, '');
  expect(whole).toBe("L'avion avait déjà décollé quand je suis arrivé à l'aéroport.");
  // “taken off” becomes “taken”
  expect(await translationOf(vitalHead.text, textOfHeads([vitalHead.off]))).toBe(whole.replace('décollé', 'pris'));
  expect(await translationOf(spareHead.text, textOfHeads([spareHead.off]))).toBe(whole);
  model.dispose();
}, 120_000);

import { fixture, fixtureJson } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  type Fields,
  forwardAll,
  greedyDecode,
  lossOf,
  namedFrom,
  noRepeats,
  referenceOf,
  slopeOf,
} from '../../test/reference.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { compare } from './compare.js';
import { Golden } from './golden.js';

// The loops that other tests rely on must themselves agree with Hugging Face transformers.
test.each(['gpt2', 'llama', 'llama3-rope'])('the float64 loops agree with the reference outputs of %s', async name => {
  const folder = `checkpoints/${name}`;
  const config = await fixtureJson<Fields>(`${folder}/config.json`);
  const weights = await namedFrom(await fixture(`${folder}/model.safetensors`));
  const pass = referenceOf(config, weights);
  const golden = await Golden.open(fixtureFiles(`fixtures/${folder}`));
  const [ids, mask] = [await golden.rows('input_ids'), await golden.rows('attention_mask')];
  const differ = async (name: string, shape: readonly number[], data: readonly number[]) => {
    const { maxAbsolute, note } = compare(name, { shape, data }, await golden.read(name), { absolute: 0 });
    return note ?? maxAbsolute;
  };

  const { logits, hidden, attentions } = forwardAll(pass, ids[0]!);
  expect(await differ('logits', [1, 10, 128], logits.flat())).toBeLessThan(1e-5);
  for (const [i, rows] of hidden.entries())
    expect(await differ(`hidden_states.${i}`, [1, 10, 32], rows.flat())).toBeLessThan(1e-5);
  for (const [i, heads] of attentions.entries())
    expect(await differ(`attentions.${i}`, [1, 4, 10, 10], heads.flat(2))).toBeLessThan(1e-6);
  const padding = mask.map(row => row.indexOf(1));
  const padded = ids.flatMap((row, i) => [
    ...Array<number>(padding[i]! * 128).fill(0),
    ...forwardAll(pass, row, padding[i]).logits.flat(),
  ]);
  expect(await differ('logits_padded_batch', [2, 10, 128], padded)).toBeLessThan(1e-5);
  if (golden.settings.loss) expect(lossOf(pass, ids[0]!)).toBeCloseTo(golden.settings.loss as number, 6);
  for (const leaf of golden.names.filter(each => each.startsWith('grad.'))) {
    const { data } = await golden.read(leaf);
    const index = data.length >> 1;
    expect(Math.abs(slopeOf(config, weights, ids[0]!, leaf.slice('grad.'.length), index) - data[index]!)).toBeLessThan(
      2e-6,
    );
  }

  const greedy = greedyDecode(pass, ids.slice(0, 1), 24);
  expect(await differ('greedy', [1, 34], greedy.rows.flat())).toBe(0);
  const free = greedyDecode(pass, ids.slice(0, 1), 16, noRepeats);
  expect(await differ('greedy_rep_penalty', [1, 26], free.rows.flat())).toBe(0);
  const unpadded = ids.map((row, i) => row.slice(padding[i]));
  const batch = greedyDecode(pass, unpadded, 12).rows.flatMap((row, i) => [...ids[i]!.slice(0, padding[i]), ...row]);
  expect(await differ('greedy_padded_batch', [2, 22], batch)).toBe(0);
});

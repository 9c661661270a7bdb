import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

test('hostile configs are read or refused, in little time and memory', async () => {
  const { results, defects } = await runBombs(new URL('./testing/file-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(600);
  const accepted = new Set(
    results.filter(({ outcome }) => outcome === 'read').map(({ target, name }) => `${target}: ${name}`),
  );
  for (const name of [
    'llama: max_position_embeddings = 33554432',
    't5: relative_attention_max_distance = 2147483648',
    'generation: top_k = 2147483648',
  ])
    expect(accepted).toContain(name);
  const messageOf = (target: string, name: string) =>
    results.find(result => result.target === target && result.name === name)?.message;
  expect(messageOf('search', 'num_beams = 2147483648')).toBe(
    'beamSearch: num_beams of generation_config.json is 2147483648; it must be a whole number from 1 to 256; ' +
      'beamSearch takes more by its options',
  );
  expect(messageOf('generation', 'sequence_bias = "x"')).toBe(
    'sampling: sequence_bias is "x"; it must be a list of pairs of token ids and a number, in a generation_config.json',
  );
  expect(messageOf('marian', 'max_position_embeddings = 2147483648')).toBe(
    'marian: config field max_position_embeddings is 2147483648; it must be a whole number from 1 to 2147483647',
  );
  expect(messageOf('llama', 'rope_parameters inside 100000 lists')).toBe(
    'llama: config field rope_parameters is [[[…]]]; it must be an object',
  );
}, 300_000);

test.each([
  ['hub', ['hubListing'], 200],
  ['lora', ['adapter'], 150],
  ['gguf', ['metadata', 'tensors'], 240],
])('hostile files of a %s are read or refused: %s', async (module, targets, least) => {
  const { results, defects } = await runBombs(new URL(`./testing/${module}-bombs.ts`, import.meta.url), {
    only: targets,
  });
  expect(defects).toEqual([]);
  expect(results.length).toBeGreaterThan(least);
});

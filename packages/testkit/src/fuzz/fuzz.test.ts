import { expect, test } from 'vitest';
import { fileKinds } from './kinds.js';
import { mutate, mutateBytes, mutateText, randomFrom } from './mutate.js';
import { runFuzz } from './run-fuzz.js';
import { defectLines, table } from './table.js';

const odd = new URL('./testing/odd-bombs.ts', import.meta.url);
const text = '{"deed":"write","some":12}';

test('inputs depend on the seed, and few are unchanged', () => {
  const inputs = (seed: number) =>
    Array.from({ length: 500 }, (_, index) => mutateText(randomFrom(500 * seed + index), text));
  expect(inputs(1)).toEqual(inputs(1));
  expect(new Set(inputs(1)).size).toBeGreaterThan(350);
  expect(inputs(1).filter(input => inputs(2).includes(input)).length).toBeLessThan(150);
  const bytes = Uint8Array.from({ length: 50 }, (_, index) => index);
  const mutated = Array.from({ length: 500 }, (_, index) => mutateBytes(randomFrom(index), bytes).join());
  expect(new Set(mutated).size).toBeGreaterThan(300);
  expect(bytes.join()).toBe(Array.from({ length: 50 }, (_, index) => index).join());
});

test('a member with content of a list or a record is changed', () => {
  const seen = new Set<string>();
  for (let index = 0; index < 50; index++) {
    const [kind, files] = mutate(randomFrom(index), ['glove', { 'a.json': text, size: 3 }]) as [
      string,
      Record<string, unknown>,
    ];
    expect([kind, files.size, Object.keys(files)]).toEqual(['glove', 3, ['a.json', 'size']]);
    seen.add(files['a.json'] as string);
  }
  expect(seen.size).toBeGreaterThan(40);
});

test('an error of another kind is a defect, reported with the input', async () => {
  const results = await runFuzz(odd, { target: 'careless', inputs: 2000 });
  expect(results.inputs).toBe(2000);
  expect(results.read).toBeGreaterThan(200);
  expect(results.refused).toBeGreaterThan(20);
  expect(results.defects.length).toBe(2000 - results.read - results.refused);
  for (const { outcome, message, preview } of results.defects) {
    expect([outcome, message]).toEqual(['raw', expect.stringMatching(/^SyntaxError: /)]);
    expect(() => JSON.parse(JSON.parse(preview))).toThrow(SyntaxError);
  }
  const bombs = { results: [], defects: [], megabytes: 0 };
  const rows = [{ kind: 'odd: careless', bombs, fuzzResults: results }];
  expect(table(rows).split('\n')[2]).toMatch(
    new RegExp(`^\\| odd: careless \\| 0 \\| 2,000 \\| 0 \\| 0 \\| ${results.defects.length} \\| \\d+ \\|$`),
  );
  const lines = defectLines(rows);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(20);
  expect(lines[0]).toMatch(/^odd: careless: raw: SyntaxError: .*\n {4}\d+ times, first input \d+: /);
});

test('inputs that kill or hang the process are found, and the others are read', async () => {
  const results = await runFuzz(odd, { target: 'deadly', inputs: 300, seconds: 0.2 });
  expect(results.inputs).toBe(300);
  const outcomes = new Set(results.defects.map(({ outcome }) => outcome));
  expect([...outcomes].sort()).toEqual(['crash', 'hang']);
  expect(results.read + results.refused + results.defects.length).toBe(300);
  expect(results.defects.find(({ outcome }) => outcome === 'crash')!.message).toMatch(/^ended with 3/);
});

test('kinds are exports of modules, and those with valid inputs are fuzzed', async () => {
  const kinds = await fileKinds([odd]);
  expect(kinds.map(({ name, isFuzzed }) => [name, isFuzzed])).toEqual([
    ['testkit: careless', true],
    ['testkit: deadly', true],
    ['testkit: plain', false],
  ]);
});

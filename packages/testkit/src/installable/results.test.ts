import { expect, test } from 'vitest';
import { withResults } from './results.js';
import { runNode } from './run.js';

const run = async (code: string) => {
  const { code: ended, output } = await runNode(['--input-type=module', '--eval', withResults(code)], process.cwd());
  return { ended, output };
};

test('a comment with another result fails', async () => {
  const { ended, output } = await run('console.log([1, 2]); // [1, 3]');
  expect(ended).toBe(1);
  expect(output).toContain('README says [1,3] for: console.log([1, 2]); // [1, 3]');
});

test.each([
  "console.log('wasm'); // 'wasm'",
  'console.log(Float32Array.of(1, 6)); // Float32Array [1, 6]',
  'console.log(1 / 3); // 0.333',
  'console.log({ a: [1] }); // {"a": [1]}',
  'console.log(Math.random()); // a number that nobody knows',
])('%s passes', async code => {
  expect((await run(code)).ended).toBe(0);
});

test('numbers agree to the decimals of the comment', async () => {
  expect((await run('console.log(1 / 3); // 0.334')).ended).toBe(1);
  expect((await run('console.log(0.6); // 1')).ended).toBe(1);
});

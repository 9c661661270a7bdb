/** Continues one prompt at several temperatures: node temperatures.js . "Once upon a time" */
import { run } from '@residual/cli';

const [, , model, prompt = ''] = process.argv;
if (model === undefined) throw new Error('which checkpoint? A folder, a URL, or an id such as owner/name');

for (const temperature of ['0', '0.5', '1', '1.5']) {
  console.log(`temperature ${temperature}`);
  const seed = temperature === '0' ? [] : ['--seed', '7']; // greedy decoding uses no seed
  const settings = ['--temperature', temperature, '--max-new-tokens', '30', ...seed];
  const code = await run(['generate', '--model', model, '--prompt', prompt, ...settings]);
  if (code !== 0) process.exit(code);
}

/**
 * Fills packages/model-keywords with what `residual train keywords` trained: node scripts/keywords-package.mjs --model
 * FOLDER [--voices FOLDER]. It copies the checkpoint and writes the figures of its card into the README of the package.
 * With the folder of scripts/keyword-voices.mjs it also copies one recording of each word, by a voice that was held
 * out, to the page that plays them.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBetween } from './lib/marked.mjs';
import { root } from './lib/run.mjs';

const { values: options } = parseArgs({ options: { model: { type: 'string' }, voices: { type: 'string' } } });
if (options.model === undefined) throw new Error('keywords-package: name the trained model, --model FOLDER');

const folder = join(root, 'packages', 'model-keywords');
mkdirSync(join(folder, 'model'), { recursive: true });
for (const name of ['config.json', 'model.safetensors', 'preprocessor_config.json'])
  copyFileSync(join(options.model, name), join(folder, 'model', name));

const card = readFileSync(join(options.model, 'README.md'), 'utf8');
const figures = card.slice(card.indexOf('## Tests') + '## Tests'.length).trim();
const recipe = card.split('\n').filter(line => /^- \*\*(Model|Data|Recipe)\*\*/.test(line));
if (!figures.startsWith('Recordings') || recipe.length !== 3)
  throw new Error(`keywords-package: ${options.model}/README.md is not the card of \`residual train keywords\``);
const marks = { begin: '<!-- figures: written by scripts/keywords-package.mjs -->', end: '<!-- end of figures -->' };
writeBetween(join(folder, 'README.md'), marks, `\n\n${wrapped([...recipe, '', figures].join('\n'))}\n\n`);

if (options.voices !== undefined) {
  const words = join(root, 'apps', 'speech', 'public', 'words');
  mkdirSync(words, { recursive: true });
  const { id2label } = JSON.parse(readFileSync(join(options.model, 'config.json'), 'utf8'));
  const held = readFileSync(join(options.voices, 'testing_list.txt'), 'utf8').split('\n');
  for (const [i, word] of Object.values(id2label).slice(2).entries()) {
    const voice = ['slt', 'awb'][i % 2];
    const name = held.find(path => path.startsWith(`${word}/${voice}_`));
    if (name === undefined) throw new Error(`keywords-package: ${options.voices} has no ${word} of ${voice}`);
    copyFileSync(join(options.voices, name), join(words, `${word}.wav`));
  }
}

/** Lines of at most 120 characters, except tables; what continues a list is indented. */
function wrapped(text) {
  return text
    .split('\n')
    .map(line => {
      if (line.startsWith('|')) return line;
      const indent = line.startsWith('- ') ? '  ' : '';
      const lines = [''];
      for (const word of line.split(' '))
        if (`${lines.at(-1)} ${word}`.length > 120) lines.push(`${indent}${word}`);
        else lines[lines.length - 1] += lines.at(-1) === '' ? word : ` ${word}`;
      return lines.join('\n');
    })
    .join('\n');
}

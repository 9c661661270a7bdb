/**
 * Fills packages/model-drawings with a trained model that draws: node scripts/drawings-package.mjs --model FOLDER
 * --drawings FILE... [--note TEXT]. It rounds the weights, says how it draws where nobody says it, writes a sheet of 50
 * words, evenly spaced, and the figures of the model card, after the note, into the README. It needs a build.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeBetween } from './lib/marked.mjs';
import { root } from './lib/run.mjs';

const { values: options } = parseArgs({
  options: {
    model: { type: 'string' },
    drawings: { type: 'string', multiple: true },
    recognizer: { type: 'string', default: join(root, 'packages', 'model-emoji-clip', 'model') },
    validation: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '7' },
    note: { type: 'string' },
  },
});
if (options.model === undefined || options.drawings === undefined)
  throw new Error('drawings-package: name the trained model and its drawings, --model FOLDER --drawings FILE');

/** The most bytes of all files of the model. */
const mostBytes = 4_000_000;

/** How it draws: points are chosen carefully, and words exaggerated. */
const defaults = { do_sample: true, temperature: 0.5, guidance_scale: 2 };

const folder = join(root, 'packages', 'model-drawings');
const model = join(folder, 'model');
const residual = (...args) =>
  execFileSync(process.execPath, [join(root, 'packages/cli/bin/residual.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

rmSync(model, { recursive: true, force: true });
const keep = ['--keep', 'embedding.read.weight=int4'];
console.log(residual('quantize', options.model, '--to', 'int8', ...keep, '--out', model).trim());
rmSync(join(model, 'README.md'), { force: true });
const changeJson = (name, change, indent) => {
  const path = join(model, name);
  writeFileSync(path, `${JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8'))), null, indent)}\n`);
};
changeJson('generation_config.json', config => ({ ...config, ...defaults }), 2);
changeJson('tokenizer.json', tokenizer => tokenizer); // without indentation it is a fifth smaller

const sizes = readdirSync(model).map(name => [name, statSync(join(model, name)).size]);
const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
console.log(sizes.map(([name, size]) => `${name} ${size}`).join(', '));
if (bytes > mostBytes) throw new Error(`drawings-package: the model takes ${bytes} bytes; ${mostBytes} would fit`);

const { validation, seed, recognizer, drawings } = options;
const tests = ['--validation', validation, '--seed', seed, '--sheet', join(folder, 'sheet.svg')];
const figures = residual('evaluate', 'drawings', '--model', model, '--recognizer', recognizer, ...tests, ...drawings);
console.log(figures.trim());
const marks = { begin: '<!-- figures: written by scripts/drawings-package.mjs -->', end: '<!-- end of figures -->' };
writeBetween(
  join(folder, 'README.md'),
  marks,
  `\n\n${options.note === undefined ? '' : `${options.note}\n\n`}${figures.trim()}\n\n`,
);

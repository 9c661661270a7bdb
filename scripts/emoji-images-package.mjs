/**
 * Fills packages/model-emoji-images with a trained model that paints: node scripts/emoji-images-package.mjs
 * --model FOLDER [--pictures FILE] [--sets LIST] [--note TEXT]. It rounds the weights, says how it paints where nobody
 * says it, writes a sheet of pictures, and the figures of `residual evaluate paintings`, after the note, into the
 * README. The file of pictures is that of scripts/emoji-pictures.mjs; sets, validation and seed are those of the
 * training. It needs a build.
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
    pictures: { type: 'string', default: join(root, '.residual', 'emoji', 'pictures.safetensors') },
    sets: { type: 'string', default: 'fluent-emoji-flat' },
    recognizer: { type: 'string', default: join(root, 'packages', 'model-emoji-clip', 'model') },
    validation: { type: 'string', default: '0.05' },
    seed: { type: 'string', default: '7' },
    names: { type: 'string', default: '400' },
    compositions: { type: 'string', default: '200' },
    note: { type: 'string' },
  },
});
if (options.model === undefined) throw new Error('emoji-images-package: name the trained model, --model FOLDER');

/** The most bytes of all files of the model. */
const mostBytes = 10_000_000;

/** How it paints: codes are chosen carefully, and words exaggerated. */
const defaults = { do_sample: true, temperature: 0.5, guidance_scale: 2 };

/** Texts that no picture has as its label, in the last row of the sheet. */
const texts = [
  ...['a green heart', 'red square', 'cat with a hat', 'blue apple', 'purple dog', 'yellow car'],
  ...['a happy sun', 'green house', 'pink fish', 'king', 'two hearts', 'dragon fruit'],
];

const folder = join(root, 'packages', 'model-emoji-images');
const model = join(folder, 'model');
const residual = (...args) =>
  execFileSync(process.execPath, [join(root, 'packages/cli/bin/residual.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });

rmSync(model, { recursive: true, force: true });
const keep = ['--keep', 'embedding.read.weight=int4', '--keep', 'image.**=f16'];
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
if (bytes > mostBytes) throw new Error(`emoji-images-package: the model takes ${bytes} bytes; ${mostBytes} would fit`);

const { validation, seed, recognizer, pictures, sets, names, compositions } = options;
const tests = ['--validation', validation, '--seed', seed, '--sets', sets, '--names', names];
const sheet = ['--compositions', compositions, '--sheet', join(folder, 'sheet.png'), '--texts', texts.join(',')];
const figures = residual(
  ...['evaluate', 'paintings', '--model', model, '--recognizer', recognizer, ...tests, ...sheet, pictures],
);
console.log(figures.trim());
const marks = {
  begin: '<!-- figures: written by scripts/emoji-images-package.mjs -->',
  end: '<!-- end of figures -->',
};
writeBetween(
  join(folder, 'README.md'),
  marks,
  `\n\n${options.note === undefined ? '' : `${options.note}\n\n`}${figures.trim()}\n\n`,
);

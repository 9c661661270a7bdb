/**
 * Fills packages/model-voice-en with trained models: node scripts/voice-package.mjs --acoustic FOLDER --vocoder FOLDER
 * --letters FOLDER --sentences FOLDER --words FILE. It rounds the matrices (to float16 where sound depends on them, so
 * that every backend makes the same), packs the CMU Pronouncing Dictionary, and writes the figures of
 * `residual evaluate voice` and of scripts/letters-to-sounds.mjs into the README. The sentences are a folder of
 * scripts/speech-teacher/speak.mjs with sentences that were not learned, the words are the `held.tsv` of
 * scripts/letters-to-sounds.mjs. It needs a build.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBetween } from './lib/marked.mjs';
import { root } from './lib/run.mjs';

const packages = join(root, 'packages');
const { values: options } = parseArgs({
  options: {
    acoustic: { type: 'string' },
    vocoder: { type: 'string' },
    letters: { type: 'string' },
    sentences: { type: 'string' },
    words: { type: 'string' },
    recognizer: { type: 'string', default: join(packages, 'model-whisper-tiny-en', 'model') },
  },
});
for (const name of ['acoustic', 'vocoder', 'letters', 'sentences', 'words'])
  if (options[name] === undefined) throw new Error(`voice-package: --${name} is missing`);

/** The most bytes of all files of the voice. */
const mostBytes = 10_000_000;

const folder = join(packages, 'model-voice-en');
const model = join(folder, 'model');
const node = (...args) =>
  execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
const residual = (...args) => node(join(packages, 'cli/bin/residual.js'), ...args);

rmSync(model, { recursive: true, force: true });
const parts = { '.': options.acoustic, vocoder: options.vocoder, letters: options.letters };
for (const [name, source] of Object.entries(parts)) {
  const to = join(model, name);
  console.log(residual('quantize', source, '--to', name === 'letters' ? 'int8' : 'f16', '--out', to));
  rmSync(join(to, 'README.md'), { force: true });
  if (name !== 'letters') rmSync(join(to, 'generation_config.json'), { force: true }); // an empty one
  if (name === '.') rmSync(join(to, 'tokenizer.json'), { force: true });
}

const { packDictionary } = await import(pathToFileURL(join(packages, 'pronunciation/dist/index.js')).href);
const require = createRequire(join(packages, 'pronunciation', 'package.json'));
const { dictionary } = await import(pathToFileURL(require.resolve('cmu-pronouncing-dictionary')).href);
const entries = Object.entries(dictionary).filter(([word]) => /^[a-z'][a-z'.]*$/.test(word));
writeFileSync(
  join(model, 'dictionary.bin'),
  packDictionary(entries.map(([word, phones]) => [word, phones.split(' #')[0].trim().split(' ')])),
);
const voice = {
  language: 'en',
  vocoder: 'vocoder',
  letters_to_sounds: 'letters',
  dictionary: 'dictionary.bin',
};
writeFileSync(join(model, 'voice.json'), `${JSON.stringify(voice, null, 2)}\n`);

const files = readdirSync(model, { recursive: true }).filter(name => statSync(join(model, name)).isFile());
const sizes = files.map(name => [name, statSync(join(model, name)).size]);
const bytes = sizes.reduce((sum, [, size]) => sum + size, 0);
console.log(sizes.map(([name, size]) => `${name} ${size}`).join(', '));
console.log(`${bytes} bytes`);
if (bytes > mostBytes) throw new Error(`voice-package: the voice takes ${bytes} bytes; ${mostBytes} would fit`);

const spoken = residual(
  ...['evaluate', 'voice', options.sentences, '--model', model, '--recognizer', options.recognizer],
);
const spelled = node(
  ...[join(root, 'scripts/letters-to-sounds.mjs'), '--evaluate', join(model, 'letters'), '--words', options.words],
);
console.log(`${spoken}\n\n${spelled}`);
const marks = { begin: '<!-- figures: written by scripts/voice-package.mjs -->', end: '<!-- end of figures -->' };
writeBetween(join(folder, 'README.md'), marks, `\n\n${spoken}\n\n${spelled}\n\n`);

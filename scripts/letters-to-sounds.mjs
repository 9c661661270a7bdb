/**
 * Pairs of letters and sounds for `residual train seq2seq`, and how well what it trained reads words it has not seen:
 *
 *   node scripts/letters-to-sounds.mjs --out FOLDER
 *   residual train seq2seq FOLDER/train.tsv --validation-file FOLDER/held.tsv --tokenizer FOLDER/tokenizer.json ...
 *   node scripts/letters-to-sounds.mjs --evaluate MODEL --words FOLDER/held.tsv [--beams N]
 *
 * The words are those of the CMU Pronouncing Dictionary (npm `cmu-pronouncing-dictionary`). 1,500 are held out, and
 * with them every word that begins with one of them or begins one (cat, cats). A letter or a phone is a token.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from './lib/run.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    evaluate: { type: 'string' },
    words: { type: 'string' },
    beams: { type: 'string', default: '1' },
  },
});
if ((values.out === undefined) === (values.evaluate === undefined) || (values.evaluate && !values.words))
  throw new Error('letters-to-sounds: name --out FOLDER, or --evaluate MODEL and --words FILE');

const packages = join(root, 'packages');
const load = path => import(pathToFileURL(join(packages, path, 'dist', 'index.js')).href);

if (values.out) await makePairs(values.out);
else await evaluate(values.evaluate, values.words);

async function makePairs(out) {
  const require = createRequire(join(packages, 'pronunciation', 'package.json'));
  const { dictionary } = await import(pathToFileURL(require.resolve('cmu-pronouncing-dictionary')).href);
  const { uniformAt } = await load('base');
  const { allPhones } = await load('pronunciation');
  const words = Object.keys(dictionary).filter(word => /^[a-z][a-z']*$/.test(word) && word.length < 20);
  words.sort();
  const drawn = new Set();
  for (let i = 0; drawn.size < 1500; i++) drawn.add(words[Math.floor(uniformAt(1, 'words', i) * words.length)]);
  const relatives = new Set();
  for (let i = 0; i < words.length; i++)
    if (drawn.has(words[i])) for (let j = i + 1; words[j]?.startsWith(words[i]); j++) relatives.add(words[j]);
    else
      for (let end = words[i].length - 1; end > 2; end--)
        if (drawn.has(words[i].slice(0, end))) relatives.add(words[i]);
  const stems = new Set([...drawn].flatMap(word => [-1, -2, -3].map(end => word.slice(0, end))));
  const isHeld = word => drawn.has(word) || relatives.has(word) || (word.length > 2 && stems.has(word));
  const phonesOf = word => dictionary[word].split(' #')[0].trim(); // without a comment
  const lines = chosen => `${chosen.map(word => `${[...word].join(' ')}\t${phonesOf(word)}`).join('\n')}\n`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'train.tsv'), lines(words.filter(word => !isHeld(word))));
  writeFileSync(join(out, 'held.tsv'), lines([...drawn].sort()));
  const tokens = ['</s>', '<pad>', '<unk>', ...'abcdefghijklmnopqrstuvwxyz'.split(''), "'", ...allPhones()];
  writeFileSync(join(out, 'tokenizer.json'), `${JSON.stringify(tokenizerOf(tokens), null, 2)}\n`);
  console.error(`${out}: ${words.filter(word => !isHeld(word)).length} words to train on, ${drawn.size} held out`);
}

/** A tokenizer.json whose tokens stand between spaces, and which ends each text with `</s>`. */
function tokenizerOf(tokens) {
  const end = { SpecialToken: { id: '</s>', type_id: 0 } };
  const added = ['</s>', '<pad>', '<unk>'].map((content, id) => ({
    ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
  }));
  return {
    ...{ version: '1.0', truncation: null, padding: null, added_tokens: added, normalizer: null },
    pre_tokenizer: { type: 'WhitespaceSplit' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ Sequence: { id: 'A', type_id: 0 } }, end],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }, end],
      special_tokens: { '</s>': { id: '</s>', ids: [0], tokens: ['</s>'] } },
    },
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), unk_token: '<unk>' },
  };
}

async function evaluate(folder, file) {
  await load('backend-wasm');
  const { loadModel } = await load('model');
  const { pronounceWords } = await load('pronunciation');
  const pairs = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => line.split('\t'));
  const words = pairs.map(([letters]) => letters.replaceAll(' ', ''));
  const model = await loadModel(folder);
  const start = performance.now();
  const found = await pronounceWords(words, model, { numBeams: Number(values.beams) });
  const seconds = (performance.now() - start) / 1000;
  model.dispose();
  const totals = { phones: 0, wrong: 0, wrongWithStress: 0, words: 0, wordsWithStress: 0 };
  for (const [i, [, sounds]] of pairs.entries()) {
    const [truth, said] = [sounds.split(' '), [...(found.get(words[i]) ?? [])]];
    const bare = phones => phones.map(phone => phone.replace(/\d/, ''));
    const [withStress, without] = [distance(truth, said), distance(bare(truth), bare(said))];
    totals.phones += truth.length;
    totals.wrong += without;
    totals.wrongWithStress += withStress;
    totals.words += without > 0;
    totals.wordsWithStress += withStress > 0;
  }
  const share = (part, whole) => `${((100 * part) / whole).toFixed(1)} %`;
  console.log('| held-out words | phones wrong | with stress | words wrong | with stress |\n|---|---|---|---|---|');
  console.log(
    `| ${pairs.length} | ${share(totals.wrong, totals.phones)} | ${share(totals.wrongWithStress, totals.phones)} ` +
      `| ${share(totals.words, pairs.length)} | ${share(totals.wordsWithStress, pairs.length)} |`,
  );
  console.error(`${((1000 * seconds) / pairs.length).toFixed(1)} ms a word`);
}

/** The edit distance of two lists. */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, x] of a.entries()) {
    const next = [i + 1];
    for (const [k, y] of b.entries()) next.push(Math.min(row[k + 1] + 1, next[k] + 1, row[k] + (x === y ? 0 : 1)));
    row = next;
  }
  return row.at(-1);
}

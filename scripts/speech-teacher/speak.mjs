/**
 * Speaks sentences by flite's voice slt, with the phones, their lengths and the pitch, for `residual train speech`:
 *
 *   node scripts/speech-teacher/speak.mjs TEXTS... --out FOLDER [--minutes 200] [--seed 0]
 *
 * It needs the built package @residual/train, a C compiler, and flite with its headers (Debian: apt-get install gcc
 * flite1-dev). Sentences of 3 to 18 words
 * are drawn from all texts in turns, so that each has about the same share; of lines with a tab what stands before the
 * first one is taken. FOLDER becomes samples.s16 (16-bit samples, 16 kHz), pitch.f32 (Hz for each 5 ms, 0 where it is
 * not voiced), utterances.jsonl (each sentence with its phones) and a README.md. The same texts and seed
 * give the same files.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { shuffledOrder } from '../../packages/train/dist/index.js';

const { values, positionals: files } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string' },
    minutes: { type: 'string', default: '200' },
    seed: { type: 'string', default: '0' },
  },
});
const minutes = Number(values.minutes);
if (values.out === undefined || files.length === 0 || !(minutes > 0))
  throw new Error('speak: name texts, --out FOLDER and --minutes above 0');
const here = dirname(fileURLToPath(import.meta.url));
const { out } = values;
mkdirSync(out, { recursive: true });

/** The sentences of a text of 3 to 18 words, of letters and plain punctuation only. */
function sentencesOf(path) {
  const text = readFileSync(path, 'utf8').replaceAll('<|endoftext|>', '\n');
  const found = new Set();
  for (const line of text.split('\n')) {
    const plain = line.split('\t')[0].replaceAll(/\s+/g, ' ').replaceAll('’', "'").replaceAll(/—|--/g, ', ');
    for (const part of plain.split(/(?<=[.!?])["”']*\s+/)) {
      const sentence = part.replaceAll(/["“”()[\]*_]/g, '').trim();
      const count = sentence.split(' ').length;
      if (/^[A-Za-z][A-Za-z ,;:.!?'-]*[.!?]$/.test(sentence) && count >= 3 && count <= 18) found.add(sentence);
    }
  }
  const sentences = [...found];
  return Array.from(shuffledOrder(sentences.length, { seed: Number(values.seed) }), i => sentences[i]);
}

const lists = files.map(sentencesOf);
const wordsWanted = minutes * 170; // the voice says about so many in a minute
const chosen = new Set();
for (let [words, i] = [0, 0]; words < wordsWanted && lists.some(list => i < list.length); i++)
  for (const list of lists) {
    const sentence = list[i];
    if (sentence === undefined || chosen.has(sentence)) continue;
    chosen.add(sentence);
    words += sentence.split(' ').length;
  }

const teacher = join(out, 'teacher');
const libraries = ['-lflite_cmu_us_slt', '-lflite_usenglish', '-lflite_cmulex', '-lflite', '-lm'];
execFileSync('cc', ['-O2', '-o', teacher, join(here, 'flite-teacher.c'), ...libraries], { stdio: 'inherit' });
const speaking = spawn(teacher, [out], { stdio: ['pipe', 'pipe', 'inherit'] });
speaking.stdout.pipe(createWriteStream(join(out, 'utterances.jsonl')));
speaking.stdin.end(`${[...chosen].join('\n')}\n`);
const [code] = await once(speaking, 'close');
rmSync(teacher);
if (code !== 0) throw new Error(`speak: the teacher ended with code ${code}`);
const spoken = readFileSync(join(out, 'utterances.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line));
const seconds = spoken.reduce((sum, { samples, rate }) => sum + samples / rate, 0);
writeFileSync(
  join(out, 'README.md'),
  `${spoken.length} sentences, ${(seconds / 60).toFixed(0)} minutes, spoken by the voice slt of flite (Carnegie ` +
    'Mellon University; use, change and distribution are free, its notice is to be kept).\n',
);
console.error(`${out}: ${spoken.length} sentences, ${(seconds / 60).toFixed(0)} minutes`);

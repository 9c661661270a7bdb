/**
 * Speaks single words in many synthetic voices, in the layout of the Speech Commands data, for `residual train
 * keywords`: node scripts/keyword-voices.mjs [--out FOLDER] [--all-voices]. It needs espeak-ng and flite (Debian has
 * both) and the built package @residual/audio. Files are WORD/VOICE_nohash_N.wav, 1 s at 16 kHz; testing_list.txt names
 * those of the voices that are held out, all of flite's `slt` and `awb` among them, or with --all-voices every eighth
 * recording of every voice. Running it again makes the same files.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWav, resample, writeWav } from '../packages/audio/dist/index.js';
import { uniformAt } from '../packages/base/dist/index.js';
import { root } from './lib/run.mjs';

const words = 'yes no up down left right on off stop go'.split(' ');
const others = [
  ...'zero one two three four five six seven eight nine bed bird cat dog happy house marvin sheila tree wow'.split(' '),
  ...'backward forward follow learn visual'.split(' '),
];
const { values } = parseArgs({ options: { out: { type: 'string' }, 'all-voices': { type: 'boolean' } } });
const out = values.out ?? join(root, '.residual', 'keyword-voices');
const rate = 16_000;

const accents = 'en-us en-gb en-gb-scotland en-gb-x-gbclan en-gb-x-rp en-gb-x-gbcwmd en-029 en-us-nyc'.split(' ');
const variants = [
  ...'Adam Alex Alicia Andrea Andy Annie Antonio Auntie Belinda Benjamin Boris Caleb David Denis Diogo Ed Edward'.split(
    ' ',
  ),
  ...'Gene Gustave Henrique Hugo Iven Jacky John Kaukovalta Lee Linda Marcelo Marco Mario Max Michael Michel'.split(
    ' ',
  ),
  ...'Miguel Mike Nguyen Pablo Paul Pedro Quincy Rob Robert Steph Storm Tweaky Zac anika female1 female2 female3'.split(
    ' ',
  ),
  ...'female4 female5 grandma grandpa klatt klatt2 klatt3 klatt4 male2 male3 male4 male5 male6 male7 norbert'.split(
    ' ',
  ),
  ...'sandro shelby travis victor male1 male8'.split(' '),
];
/** Held out: every seventh variant of espeak-ng, and two voices of flite. */
const heldOut = new Set([...variants.filter((_, i) => i % 7 === 3), 'slt', 'awb']);
const fliteVoices = ['kal16', 'awb', 'rms', 'slt'];

let counter = 0;
const uniform = (from, to) => from + (to - from) * uniformAt(7, 'voices', counter++);

/** A word by espeak-ng: accent, variant, pitch 20 to 80, 120 to 220 words a minute. */
function espeak(word, variant) {
  const accent = accents[Math.floor(uniform(0, accents.length))];
  const [pitch, speed] = [Math.round(uniform(20, 80)), Math.round(uniform(120, 220))];
  const args = ['-v', `${accent}+${variant}`, '-p', `${pitch}`, '-s', `${speed}`, '--stdout', word];
  return execFileSync('espeak-ng', args, { maxBuffer: 2 ** 24, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** A word by flite: slower or faster, higher or lower. */
function flite(word, voice) {
  const path = join(out, 'flite.wav');
  const stretch = uniform(0.8, 1.35).toFixed(2);
  const pitch = Math.round(uniform(80, 220));
  const settings = ['--setf', `duration_stretch=${stretch}`, '--setf', `int_f0_target_mean=${pitch}`];
  execFileSync('flite', ['-voice', voice, ...settings, '-t', word, '-o', path]);
  return path;
}

/** Samples of about one second with the word in its middle, at a level of 0.3 to 0.9; undefined for silence. */
function placed({ channels: [samples], sampleRate }) {
  const sound = sampleRate === rate ? samples : resample(samples, { from: sampleRate, to: rate });
  const largest = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  if (largest < 0.01) return undefined;
  const isLoud = sample => Math.abs(sample) > 0.02 * largest;
  const first = sound.findIndex(isLoud);
  const spoken = sound.subarray(first, sound.findLastIndex(isLoud) + 1);
  const gain = uniform(0.3, 0.9) / largest;
  const whole = new Float32Array(rate);
  const part = spoken.subarray(0, rate);
  const at = Math.floor((rate - part.length) / 2);
  for (let i = 0; i < part.length; i++) whole[at + i] = gain * part[i];
  return whole;
}

const testing = [];
let files = 0;
for (const word of [...words, ...others]) {
  await mkdir(join(out, word), { recursive: true });
  const isWord = words.includes(word);
  const spoken = [
    ...variants.flatMap(variant => Array.from({ length: isWord ? 5 : 2 }, () => [variant, espeak])),
    ...fliteVoices.flatMap(voice => Array.from({ length: isWord ? 16 : 6 }, () => [voice, flite])),
  ];
  const counts = new Map();
  for (const [voice, speak] of spoken) {
    const result = speak(word, voice);
    const samples = placed(readWav(typeof result === 'string' ? await readFile(result) : result));
    if (!samples) continue;
    const n = counts.get(voice) ?? 0;
    counts.set(voice, n + 1);
    const name = `${word}/${voice}_nohash_${n}.wav`;
    await writeFile(join(out, name), writeWav({ sampleRate: rate, channels: [samples] }));
    if (values['all-voices'] ? files % 8 === 7 : heldOut.has(voice)) testing.push(name);
    files++;
  }
  console.error(`${word}: ${[...counts.values()].reduce((sum, n) => sum + n, 0)} recordings`);
}
await writeFile(join(out, 'testing_list.txt'), `${testing.join('\n')}\n`);
console.error(`${out}: ${files} recordings, ${testing.length} of them held out`);

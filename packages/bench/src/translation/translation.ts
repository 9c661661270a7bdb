import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokenizerFromJson } from '@residual/tokenizer';
import { type Line, lineOf } from '../comparison/line.js';
import type { Note } from '../comparison/notes.js';
import { type BenchProcess, startProcess } from '../processes/process.js';
import { repository } from '../repository.js';
import { translatorFolder } from './checkpoint.js';
import {
  formOf,
  forms,
  type Sentence,
  type TranslateSettings,
  type TranslatorForm,
  type TranslatorName,
} from './translator.js';

/** The name of the translator for `--shape`. */
export const translatorShape = 'en-fr';

const rounds = 5;
const processRounds = 3;
const peers = ['onnxruntime-web', 'onnxruntime-web, 2 threads'] as const;
const names = ['residual', ...peers] as const;
const settings = [
  { batch: 1, numBeams: 1, goal: 1 },
  { batch: 32, numBeams: 1, goal: 0.666 },
  { batch: 1, numBeams: 4, goal: 1 },
  { batch: 32, numBeams: 4, goal: 0.666 },
] as const;

/** Ours in every form beside float32 on both sides. */
const formNames = ['residual', ...forms.map(form => `residual ${form}` as const), 'onnxruntime-web'] as const;

type Times = Readonly<Record<TranslatorName, number[]>>;

/**
 * Measures the translation of the golden sentences compared with onnxruntime-web: one by one and in batches, greedy and
 * with 4 beams; then load time and peak memory, and all of it with weights in fewer bits.
 */
export async function* translationOnWasm(shape?: string): AsyncGenerator<Line[]> {
  if (shape !== undefined && shape !== translatorShape) return;
  const folder = await translatorFolder();
  const sentences = await sentencesOf(folder);
  yield* timeLines(folder, sentences);
  yield await processLines(folder, sentences);
  yield* formLines(folder, sentences);
}

async function* timeLines(folder: string, sentences: readonly Sentence[]): AsyncGenerator<Line[]> {
  const subjects = new Map(names.map(name => [name, startProcess('./translation-child.js', name)]));
  try {
    for (const { call } of subjects.values()) await call('load', folder);
    let greedy: readonly number[] = [];
    for (const { batch, numBeams, goal } of settings) {
      const times = await measureTimes(subjects, sentences, { batch, numBeams });
      const ours = { what: `en-fr: ${orderOf({ batch, numBeams })}, ms a sentence`, ours: times.residual };
      const notes = ['frontDoorText', 'plainAttention'] as const;
      yield peers.map(peer =>
        lineOf({ ...ours, peer, peers: times[peer], notes, goal: peer === peers[0] ? goal : undefined }),
      );
      if (batch > 1) continue;
      if (numBeams === 1) greedy = times.residual;
      else yield [lineOf({ ...ours, peer: 'ours, greedy', peers: greedy, goal: 2.5 })];
    }
  } finally {
    for (const { close } of subjects.values()) await close();
  }
}

/** The times of every form, and its peak memory, beside float32: of ours and of onnxruntime-web. */
async function* formLines(folder: string, sentences: readonly Sentence[]): AsyncGenerator<Line[]> {
  const subjects = new Map(formNames.map(name => [name, startProcess('./translation-child.js', name)]));
  const beside = (what: string, values: Times, form: TranslatorForm, notes: readonly Note[]): Line[] =>
    (['residual', 'onnxruntime-web'] as const).map(peer => {
      const line = { what: `en-fr ${form}: ${what}`, ours: values[`residual ${form}`], peer, peers: values[peer] };
      return lineOf({ ...line, notes: peer === 'residual' ? [] : notes });
    });
  try {
    for (const { call } of subjects.values()) await call('load', folder);
    for (const { batch, numBeams } of [settings[0], settings[3]]) {
      const times = await measureTimes(subjects, sentences, { batch, numBeams });
      const what = `${orderOf({ batch, numBeams })}, ms a sentence`;
      for (const form of forms) yield beside(what, times, form, ['frontDoorText', 'plainAttention']);
    }
    const peaks = emptyTimes();
    for (const [name, { call }] of subjects) peaks[name].push((await call('peak')) / 1e6);
    for (const form of forms) yield beside('peak memory, MB', peaks, form, []);
  } finally {
    for (const { close } of subjects.values()) await close();
  }
}

const orderOf = ({ batch, numBeams }: TranslateSettings): string =>
  `${numBeams === 1 ? 'greedy' : `${numBeams} beams`}, ${batch === 1 ? 'one by one' : `${batch} at once`}`;

/**
 * Milliseconds per sentence of each subject. The subjects alternate; a first round warms up and checks that all with
 * float32 weights write the same tokens.
 */
async function measureTimes(
  subjects: ReadonlyMap<TranslatorName, BenchProcess>,
  sentences: readonly Sentence[],
  settings: TranslateSettings,
): Promise<Times> {
  const times = emptyTimes();
  const texts = new Set<string>();
  for (let round = 0; round <= rounds; round++) {
    for (const [name, { call }] of subjects) {
      const result: { tokens: number[][]; milliseconds: number } = await call('translate', sentences, settings);
      if (round > 0) times[name].push(result.milliseconds / sentences.length);
      else if (formOf(name) === undefined) texts.add(JSON.stringify(result.tokens));
    }
  }
  if (texts.size > 1) throw new Error(`bench: ${[...subjects.keys()].join(' and ')} do not write the same tokens`);
  return times;
}

/** Load time, and the peak memory of translating with 4 beams, 32 sentences at once, each time in a new process. */
async function processLines(folder: string, sentences: readonly Sentence[]): Promise<Line[]> {
  const [loads, peaks] = [emptyTimes(), emptyTimes()];
  for (let round = 0; round < processRounds; round++) {
    for (const name of names) {
      const { call, close } = startProcess('./translation-child.js', name);
      try {
        loads[name].push((await call('load', folder)) / 1e3);
        await call('translate', sentences, { batch: 32, numBeams: 4 });
        peaks[name].push((await call('peak')) / 1e6);
      } finally {
        await close();
      }
    }
  }
  const lines = (what: string, values: Times) =>
    peers.map(peer => lineOf({ what, ours: values.residual, peer, peers: values[peer], notes: ['process'] }));
  return [...lines('en-fr: load, s', loads), ...lines('en-fr: peak memory, MB', peaks)];
}

const emptyTimes = (): Times =>
  Object.fromEntries([...names, ...formNames].map((name): [TranslatorName, number[]] => [name, []])) as Times;

/** The golden sentences with their tokens. */
async function sentencesOf(folder: string): Promise<Sentence[]> {
  const golden = fileURLToPath(new URL('fixtures/models/en-fr/golden.json', repository));
  const { examples } = JSON.parse(await readFile(golden, 'utf8')) as { examples: { en: string }[] };
  const tokenizer = tokenizerFromJson(await readFile(join(folder, 'tokenizer.json'), 'utf8'));
  return examples.map(({ en }) => ({ text: en, tokens: tokenizer.encode(en).ids }));
}

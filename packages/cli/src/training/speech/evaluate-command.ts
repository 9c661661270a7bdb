import { readFile, stat } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { Model, SpeakOptions, SpeechInput } from '@residual/model';
import { readNormalizer } from '../../evaluate/speech/read-normalizer.js';
import { wordErrors } from '../../evaluate/speech/word-errors.js';
import type { CommandCall } from '../../runtime/command.js';
import { type ModelContext, type ModelOptions, useModel, withModel } from '../../runtime/model.js';
import { percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { sampleRate } from './features.js';
import { openSpeechFolder } from './recordings.js';

/** The options of `residual evaluate voice`. */
export interface EvaluateVoiceOptions extends ModelOptions {
  readonly recognizer: string;
  readonly vocoder?: string;
  readonly seed: number;
  readonly normalizer?: string;
  readonly json?: boolean;
}

/** A sentence, and how it is said: by its text, by the phones of the teacher, or by the teacher. */
interface Sentence {
  readonly text: string;
  readonly ids?: readonly number[];
  readonly recording?: Float32Array;
}

/** What was understood of all sentences that were said in one way. */
interface Understood {
  readonly way: string;
  readonly edits: number;
  readonly words: number;
  /** Edits for each word. */
  readonly rate: number;
  /** Seconds of sound, and of processor time that it took; absent for recordings. */
  readonly seconds: number;
  readonly computed?: number;
  /** The median of the milliseconds to the first piece of a sentence; absent for recordings. */
  readonly firstPiece?: number;
  readonly sentences: readonly { readonly text: string; readonly heard: string; readonly edits: number }[];
}

/** Says sentences, has them written down, and prints the word errors. Returns the exit code. */
export async function evaluateVoice(call: CommandCall<EvaluateVoiceOptions, readonly [string]>): Promise<number> {
  const { options, args } = call;
  const sentences = await readSentences(args[0]);
  const normalize = await readNormalizer('evaluate voice', options.normalizer, options.recognizer);
  return withModel(call, async context => {
    const ways = await spokenWays(sentences, options, context);
    const reports = await useModel({ model: options.recognizer }, context, recognizer =>
      understoodWays(sentences, ways, normalize, recognizer),
    );
    printResult(options, { ways: reports }, () => tableOf(reports));
    return undefined;
  });
}

/** The sentences of a text file, one a line, or of the folder of a teacher. */
async function readSentences(path: string): Promise<readonly Sentence[]> {
  const refuse = (what: string): never => {
    throw new ResidualError('files', `evaluate voice: ${path} ${what}`);
  };
  const found = await stat(path).catch(() => refuse('is neither a file nor a folder'));
  if (!found.isDirectory()) {
    const lines = (await readFile(path, 'utf8')).split('\n').map(line => line.trim());
    const sentences = lines.filter(line => line !== '').map(text => ({ text }));
    return sentences.length > 0 ? sentences : refuse('has no sentence');
  }
  const folder = await openSpeechFolder(path);
  try {
    const read = async (sentence: (typeof folder.sentences)[number]) => ({
      text: sentence.text,
      ids: sentence.ids,
      recording: (await folder.read(sentence)).samples,
    });
    const sentences = await Promise.all(folder.sentences.map(read));
    return sentences.length > 0 ? sentences : refuse('has no sentence');
  } finally {
    await folder.close();
  }
}

/** The samples of all sentences, said in one way. */
interface SpokenWay extends Pick<Understood, 'way' | 'seconds' | 'computed' | 'firstPiece'> {
  readonly recordings: readonly Float32Array[];
}

async function spokenWays(
  sentences: readonly Sentence[],
  options: EvaluateVoiceOptions,
  context: ModelContext,
): Promise<readonly SpokenWay[]> {
  const { vocoder, seed } = options;
  const speakAll = (settings: SpeakOptions) => async (way: string, inputs: readonly SpeechInput[]) => {
    const { signal, progress, model } = context;
    const spoken: Spoken[] = [];
    for (const [i, input] of inputs.entries()) {
      progress.show(`${way}: ${i} of ${inputs.length} sentences spoken`);
      spoken.push(await speakOne(model, input, { ...settings, seed, signal }));
    }
    return wayOf(way, spoken);
  };
  const say = async (speak: ReturnType<typeof speakAll>) => {
    const ways = [
      await speak(
        'from the text',
        sentences.map(({ text }) => text),
      ),
    ];
    const ids = sentences.flatMap(sentence => (sentence.ids ? [sentence.ids] : []));
    if (ids.length > 0) ways.push(await speak("from the teacher's phones", ids));
    return ways;
  };
  const ways =
    vocoder === undefined
      ? await say(speakAll({}))
      : await useModel({ model: vocoder }, context, ({ model }) => say(speakAll({ vocoder: model })));
  const recordings = sentences.flatMap(({ recording }) => (recording ? [recording] : []));
  const seconds = recordings.reduce((sum, { length }) => sum + length, 0) / sampleRate;
  return recordings.length > 0 ? [...ways, { way: 'the teacher', recordings, seconds }] : ways;
}

/** A sentence that was said, the processor time that it took and the time to its first piece, in milliseconds. */
interface Spoken {
  readonly samples: Float32Array;
  readonly sampleRate: number;
  readonly computed: number;
  readonly firstPiece: number;
}

async function speakOne(model: Model, input: SpeechInput, options: SpeakOptions): Promise<Spoken> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  const speech = model.speak(input, options)[Symbol.asyncIterator]();
  let firstPiece: number | undefined;
  for (;;) {
    const { done, value } = await speech.next();
    firstPiece ??= performance.now() - start;
    if (!done) continue;
    const { user, system } = process.cpuUsage(before);
    return { ...value, computed: (user + system) / 1000, firstPiece };
  }
}

/** What was said in one way; the first sentence, which warms up the engine, does not count in the times. */
async function wayOf(way: string, spoken: readonly Spoken[]): Promise<SpokenWay> {
  const { resample } = await import('@residual/audio');
  const recordings = spoken.map(each => resample(each.samples, { from: each.sampleRate, to: sampleRate }));
  const timed = spoken.length > 1 ? spoken.slice(1) : spoken;
  const sum = (of: (each: Spoken) => number) => timed.reduce((total, each) => total + of(each), 0);
  const firstPieces = timed.map(each => each.firstPiece).sort((a, b) => a - b);
  return {
    way,
    recordings,
    seconds: sum(each => each.samples.length / each.sampleRate),
    computed: sum(each => each.computed) / 1000,
    firstPiece: firstPieces[Math.floor(firstPieces.length / 2)]!,
  };
}

async function understoodWays(
  sentences: readonly Sentence[],
  ways: readonly SpokenWay[],
  normalize: (text: string) => string,
  { model, signal, progress }: ModelContext,
): Promise<readonly Understood[]> {
  const reports: Understood[] = [];
  for (const { recordings, ...way } of ways) {
    const heard: string[] = [];
    for await (const step of model.transcribe(recordings, { temperature: 0, signal })) {
      if (step.kind === 'window') progress.show(`${way.way}: ${step.done.toFixed(0)} seconds heard`);
      if (step.kind === 'recording') heard[step.recording] = step.text.trim();
    }
    const found = sentences.map(({ text }, i) => ({
      text,
      heard: heard[i]!,
      ...wordErrors(normalize(heard[i]!), normalize(text)),
    }));
    const [edits, words] = [found.reduce((sum, each) => sum + each.edits, 0), totalWords(found)];
    reports.push({ ...way, edits, words, rate: edits / words, sentences: found });
  }
  progress.end();
  return reports;
}

const totalWords = (found: readonly { readonly words: number }[]) => found.reduce((sum, { words }) => sum + words, 0);

function tableOf(reports: readonly Understood[]): string {
  const row = ({ way, rate, edits, words, seconds, computed, firstPiece }: Understood) => {
    const factor = computed === undefined ? '' : (seconds / computed).toFixed(0);
    const wait = firstPiece === undefined ? '' : `${firstPiece.toFixed(0)} ms`;
    return `| ${way} | ${percent(rate)} | ${edits} of ${words} | ${factor} | ${wait} |`;
  };
  return [
    '| spoken | word errors | words | times faster than speech | first piece |',
    '|---|---|---|---|---|',
    ...reports.map(row),
  ].join('\n');
}

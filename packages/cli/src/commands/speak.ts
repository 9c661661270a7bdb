import { readFile, writeFile } from 'node:fs/promises';
import { ResidualError } from '@residual/base';
import type { Model, SpokenSentence } from '@residual/model';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, useModel, withModel } from '../runtime/model.js';
import {
  finiteNumber,
  inputFile,
  nonNegativeNumber,
  outputFile,
  positiveNumber,
  seed,
  wholeNumber,
} from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { printJson, printNote } from '../terminal/output.js';
import { wholeText } from '../text/chunks.js';

interface Options extends ModelOptions {
  readonly out?: string;
  readonly file?: string;
  readonly vocoder?: string;
  readonly speaker?: number;
  readonly speakerEmbedding?: string;
  readonly language?: number;
  readonly speed?: number;
  readonly pitch?: number;
  readonly noiseScale?: number;
  readonly seed?: number;
  readonly symbols?: boolean;
  readonly json?: boolean;
}

/** `residual speak`: a text as a WAV file, and its phones and words with their times as JSON. */
export const speakCommand: CommandDefinition<Options, readonly [string | undefined]> = {
  declare: command => {
    addModelOptions(command, 'a model that speaks')
      .argument('[text]', 'what to say (default: standard input)')
      .option('--file <file>', 'a file with the text', inputFile)
      .option('--out <file>', 'the WAV file to write', outputFile)
      .option('--vocoder <source>', 'a vocoder, for models that make spectrograms')
      .option('--speaker <number>', 'the number of the speaker', wholeNumber)
      .option('--speaker-embedding <file>', 'a JSON file with the numbers of a speaker, such as an x-vector', inputFile)
      .option('--language <number>', 'the number of the language', wholeNumber)
      .option('--speed <factor>', 'how fast it speaks (default: 1)', positiveNumber)
      .option('--pitch <shift>', "added to the pitch, in the model's units (default: 0)", finiteNumber)
      .option('--noise-scale <scale>', 'how much the voice varies (default: as the config says)', nonNegativeNumber)
      .option('--seed <seed>', 'the same seed gives the same speech', seed)
      .option('--symbols', 'the text is in the symbols of the model, such as phones with spaces between them');
    return addJsonOption(command, 'print one JSON object for each sentence: its words and tokens with their times');
  },
  run: async call => {
    const { command, args, options } = call;
    const [text] = args;
    if (text !== undefined && options.file !== undefined)
      command.error("error: option '--file <file>' cannot be used with a text");
    if (options.out === undefined && !options.json) command.error('error: --out FILE.wav or --json must be given');
    return withModel(call, context => withVocoder(options, context, vocoder => speak(text, options, context, vocoder)));
  },
};

/** Runs `work` with the vocoder that the options name, if they do. */
function withVocoder(
  { vocoder }: Options,
  context: ModelContext,
  work: (vocoder: Model | undefined) => Promise<number>,
): Promise<number> {
  if (vocoder === undefined) return work(undefined);
  return useModel({ model: vocoder }, context, ({ model }) => work(model));
}

async function speak(
  text: string | undefined,
  options: Options,
  { model, signal, progress }: ModelContext,
  vocoder: Model | undefined,
): Promise<number> {
  const input = await wholeText('speak', { text, file: options.file, signal });
  const { out, speakerEmbedding, json, speaker, language, speed, pitch, noiseScale, symbols } = options;
  const vector = speakerEmbedding === undefined ? undefined : await numbersIn(speakerEmbedding);
  const speech = model.speak(input, {
    ...{ vocoder, speakerEmbedding: vector, speaker, language, speed, pitch, noiseScale, symbols, signal },
    seed: options.seed,
  });
  const startTime = performance.now();
  let firstTime: number | undefined;
  let seconds = 0;
  const steps = speech[Symbol.asyncIterator]();
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) {
    const piece = step.value;
    firstTime ??= performance.now() - startTime;
    seconds += piece.samples.length / piece.sampleRate;
    progress.end(); // standard output may be the same terminal
    if (json && piece.spoken) printJson(resultOf(piece.spoken));
    progress.show(`${seconds.toFixed(1)} seconds`);
  }
  progress.end();
  const { samples, sampleRate, skipped } = step.value;
  if (skipped.length > 0) printNote(`not said: ${skipped.map(({ text }) => JSON.stringify(text)).join(', ')}`);
  if (samples.length === 0) throw new ResidualError('prompt', 'speak: there is nothing to say');
  if (out === undefined) return 0;
  const { writeWav } = await import('@residual/audio');
  await writeFile(out, writeWav({ sampleRate, channels: [samples] }));
  const ms = (performance.now() - startTime).toFixed(0);
  printNote(`${out}: ${seconds.toFixed(2)} s in ${ms} ms, the first piece after ${firstTime!.toFixed(0)} ms`);
  return 0;
}

/** The numbers of a JSON file. */
async function numbersIn(file: string): Promise<Float32Array> {
  const refuse = (cause?: unknown): never => {
    throw new ResidualError('files', `speak: ${file} is not a JSON list of numbers`, { cause });
  };
  let values: unknown;
  try {
    values = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    return refuse(cause);
  }
  const areNumbers = Array.isArray(values) && values.every(value => typeof value === 'number');
  return areNumbers ? Float32Array.from(values as number[]) : refuse();
}

function resultOf({ text, start, end, words, tokens }: SpokenSentence) {
  return {
    text,
    start,
    end,
    words: words.map(word => ({ text: word.text, start: word.start, end: word.end })),
    tokens: tokens.map(({ token, id, start, end, pitch, energy }) => ({ token, id, start, end, pitch, energy })),
  };
}

import { dirname, resolve } from 'node:path';
import { ResidualError } from '@residual/base';
import { type FormColumn, formsAsJson, formsTable, signed } from '../../evaluate/forms.js';
import { readNormalizer } from '../../evaluate/speech/read-normalizer.js';
import { wordErrors } from '../../evaluate/speech/word-errors.js';
import type { CommandDefinition } from '../../runtime/command.js';
import {
  addSourceOptions,
  addWeightListOption,
  type FormListOptions,
  type ModelContext,
  withForms,
} from '../../runtime/model.js';
import { inputFile } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import { readRecording } from '../../runtime/recordings.js';
import { addTranscriptionOptions, type TranscriptionOptions, transcribeOptions } from '../../runtime/transcription.js';
import { columns, percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { isObject, readJson } from '../../text/files.js';

interface Options extends FormListOptions, TranscriptionOptions {
  readonly clips: string;
  readonly normalizer?: string;
  readonly json?: boolean;
}

/** A recording and what is said in it. */
interface Clip {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** A clip and how its transcription differs. */
interface ClipResult {
  readonly clip: string;
  readonly text: string;
  readonly edits: number;
  readonly words: number;
}

/** The word errors of one model. */
interface Report {
  readonly clips: readonly ClipResult[];
  readonly edits: number;
  readonly words: number;
  /** Edits for each word of the references. */
  readonly rate: number;
  /** Seconds of sound, and of computing. */
  readonly seconds: number;
  readonly computed: number;
}

/** `residual evaluate speech`: the word error rate on recordings with their texts. */
export const evaluateSpeechCommand: CommandDefinition<Options> = {
  declare: command => {
    addWeightListOption(addTranscriptionOptions(addSourceOptions(command, 'a speech model')))
      .requiredOption('--clips <file>', 'JSON list of { "file": "a.wav", "text": "..." }, files beside it', inputFile)
      .option(
        '--normalizer <file>',
        "Whisper's normalizer.json, for English (default: that of the model's folder, else the basic one)",
        inputFile,
      );
    return addJsonOption(command, 'print one JSON object instead of a table');
  },
  run: async call => {
    const { options } = call;
    const clips = await readClips(options.clips);
    const normalize = await readNormalizer('evaluate speech', options.normalizer, options.model);
    return withForms(
      call,
      context => evaluate(clips, normalize, options, context),
      results => {
        if (options.weights) printResult(options, formsAsJson(results), () => formsTable(results, numbers));
        else printResult(options, results[0].result, () => tableOf(results[0].result));
      },
    );
  },
};

const numbers: readonly FormColumn<Report>[] = [
  { heading: 'word errors', text: ({ rate }) => percent(rate, 2) },
  { heading: 'words', text: ({ words }) => `${words}` },
  { heading: 'beside FIRST', text: ({ rate }, first) => signed(100 * (rate - first.rate), 2) },
];

/** Reads a list of clips; those without a text are left out. */
async function readClips(path: string): Promise<readonly Clip[]> {
  const list = await readJson('evaluate speech', path);
  if (!Array.isArray(list)) throw new ResidualError('files', `evaluate speech: ${path} is not a list of clips`);
  const clips = list.map((clip, i): Clip => {
    const { file, text } = isObject(clip) ? clip : {};
    if (typeof file !== 'string' || typeof text !== 'string')
      throw new ResidualError('files', `evaluate speech: clip ${i} of ${path} must have a file and a text`);
    return { name: file, path: resolve(dirname(path), file), text };
  });
  const spoken = clips.filter(({ text }) => text.trim() !== '');
  if (spoken.length > 0) return spoken;
  throw new ResidualError('files', `evaluate speech: ${path} has no clip with a text`);
}

async function evaluate(
  clips: readonly Clip[],
  normalize: (text: string) => string,
  options: Options,
  { model, signal, progress }: ModelContext,
): Promise<Report> {
  const audios = await Promise.all(clips.map(({ path }) => readRecording('evaluate speech', path)));
  const results: ClipResult[] = [];
  const startTime = performance.now();
  let seconds = 0;
  for await (const step of model.transcribe(audios, { ...transcribeOptions(options), signal })) {
    if (step.kind === 'window') progress.show(`${step.done.toFixed(0)} of ${step.total.toFixed(0)} seconds`);
    if (step.kind !== 'recording') continue;
    const { name, text } = clips[step.recording]!;
    results[step.recording] = { clip: name, text: step.text, ...wordErrors(normalize(step.text), normalize(text)) };
    seconds += step.transcription.duration;
  }
  progress.end();
  const sum = (of: (result: ClipResult) => number) => results.reduce((total, result) => total + of(result), 0);
  const [edits, words] = [sum(result => result.edits), sum(result => result.words)];
  const computed = (performance.now() - startTime) / 1000;
  return { clips: results, edits, words, rate: edits / words, seconds, computed };
}

function tableOf({ clips, edits, words, rate, seconds, computed }: Report): string {
  const rows = clips.map(each => [each.clip, `${each.edits}`, `${each.words}`, percent(each.edits / each.words)]);
  return [
    columns([['clip', 'errors', 'words', 'rate'], ...rows]),
    `word error rate ${percent(rate, 2)}: ${edits} errors in ${words} words`,
    `${seconds.toFixed(1)} s of sound in ${computed.toFixed(1)} s`,
  ].join('\n');
}

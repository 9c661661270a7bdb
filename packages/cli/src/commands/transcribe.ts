import type { TranscribedSegment, Transcription } from '@residual/model';
import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../runtime/model.js';
import { inputFiles } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { readRecording } from '../runtime/recordings.js';
import { addTranscriptionOptions, type TranscriptionOptions, transcribeOptions } from '../runtime/transcription.js';
import { printJson, printText } from '../terminal/output.js';

interface Options extends ModelOptions, TranscriptionOptions {
  readonly timestamps?: 'none' | 'segment' | 'word';
  readonly format: 'text' | 'srt' | 'vtt';
  readonly json?: boolean;
}

/** `residual transcribe`: what is said in recordings, as text, subtitles or JSON. */
export const transcribeCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    addTranscriptionOptions(addModelOptions(command, 'a speech model'))
      .argument('<files...>', 'recordings: WAV files, others with the package audio-decode', inputFiles)
      .addOption(
        new Option(
          '--timestamps <what>',
          'of what the times are written (default: none; of subtitles segment)',
        ).choices(['none', 'segment', 'word']),
      )
      .addOption(
        new Option('--format <format>', 'text, or subtitles of one file')
          .choices(['text', 'srt', 'vtt'])
          .default('text'),
      );
    return addJsonOption(command, 'print one JSON object for each file');
  },
  run: async call => {
    const { command, args, options } = call;
    const [files] = args;
    if (options.format !== 'text' && options.json) command.error('error: --format cannot be used with --json');
    if (options.format !== 'text' && files.length > 1)
      command.error('error: subtitles are those of one file; give one, or --json for several');
    return withModel(call, context => transcribe(files, options, context));
  },
};

async function transcribe(files: readonly string[], options: Options, { model, signal, progress }: ModelContext) {
  const { subtitles } = await import('@residual/model');
  const { format, timestamps = format === 'text' ? 'none' : 'segment' } = options;
  const audios = await Promise.all(files.map(file => readRecording('transcribe', file)));
  const settings = { ...transcribeOptions(options), timestamps, signal };
  const isStreamed = files.length === 1 && format === 'text' && !options.json;
  let printed = 0;
  const print = (index: number, transcription: Transcription) => {
    progress.end(); // standard output may be the same terminal
    if (options.json) printJson(resultOf(files[index]!, transcription));
    else if (format === 'text')
      printText(`${files.length > 1 ? `${files[index]}: ` : ''}${textOf(transcription.segments, timestamps)}\n`);
    else printText(subtitles(captionsOf(transcription, timestamps), format));
  };
  const waiting = new Map<number, Transcription>();
  for await (const step of model.transcribe(audios, settings)) {
    if (step.kind === 'window') {
      progress.end();
      if (isStreamed && timestamps !== 'none')
        for (const each of step.segments) printText(`${lineOf(each, timestamps)}\n`);
      progress.show(`${step.done.toFixed(0)} of ${step.total.toFixed(0)} seconds`);
    }
    if (step.kind !== 'recording' || (isStreamed && timestamps !== 'none')) continue;
    waiting.set(step.recording, step.transcription);
    for (let next = waiting.get(printed); next; next = waiting.get(++printed)) print(printed, next); // in order
  }
  progress.end();
  return 0;
}

/** The text of segments: in one line, or one line for each with its times. */
function textOf(segments: readonly TranscribedSegment[], timestamps: string): string {
  if (timestamps !== 'none') return segments.map(each => lineOf(each, timestamps)).join('\n');
  return segments
    .map(({ text }) => text)
    .join('')
    .trim();
}

/** A segment, or each of its words, after its times. */
function lineOf({ words, ...segment }: TranscribedSegment, timestamps: string): string {
  const parts = timestamps === 'word' ? (words ?? []) : [segment];
  return parts.map(({ start, end, text }) => `[${start.toFixed(2)} - ${end.toFixed(2)}] ${text.trim()}`).join('\n');
}

/** The captions of subtitles: segments, or words. */
function captionsOf({ segments, words = [] }: Transcription, timestamps: string) {
  return timestamps === 'word' ? words : segments;
}

function resultOf(file: string, { text, tokens, segments, words, language }: Transcription) {
  return {
    file,
    text,
    ...(language !== undefined && { language }),
    tokens,
    segments: segments.map(({ start, end, text, tokens }) => ({ start, end, text, tokens })),
    ...(words && {
      words: words.map(({ text, start, end, probability }) => ({ text, start, end, probability })),
    }),
  };
}

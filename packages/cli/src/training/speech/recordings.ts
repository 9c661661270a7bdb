import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ResidualError, showValue } from '@residual/base';
import { pauseTokens, speechTokenNames, vowels } from '@residual/pronunciation';
import { sampleRate } from './features.js';

/** A sentence that the teacher has spoken. */
export interface SpokenSentence {
  readonly text: string;
  /** The ids of its tokens, and the second in which each ends. */
  readonly ids: readonly number[];
  readonly ends: readonly number[];
  /** Where its samples, and its numbers of pitch, begin, and how many there are. */
  readonly samples: Range;
  readonly pitches: Range;
}

interface Range {
  readonly from: number;
  readonly count: number;
}

/** A folder of sentences; `close` closes its files. */
export interface SpeechFolder {
  readonly sentences: readonly SpokenSentence[];
  /** The samples of a sentence, from -1 to 1, and its pitch in Hz for each 5 ms, 0 where it is not voiced. */
  read(sentence: SpokenSentence): Promise<{ readonly samples: Float32Array; readonly pitch: Float32Array }>;
  close(): Promise<void>;
}

/** The longest sentence in samples. */
const longest = 30 * sampleRate;

/**
 * Opens a folder as scripts/speech-teacher/speak.mjs writes it: `utterances.jsonl`, `samples.s16`, `pitch.f32`. Errors
 * for a line that is not one of them, and for files that are shorter than the lines say.
 */
export async function openSpeechFolder(folder: string): Promise<SpeechFolder> {
  const files = { lines: 'utterances.jsonl', samples: 'samples.s16', pitch: 'pitch.f32' } as const;
  const failed = (name: string) => (cause: Error) => {
    throw new ResidualError('files', `train speech: ${join(folder, name)} cannot be read: ${cause.message}`, { cause });
  };
  const lines = (await readFile(join(folder, files.lines), 'utf8').catch(failed(files.lines))).split('\n');
  const sentences: SpokenSentence[] = [];
  let [samples, pitches] = [0, 0];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const found = sentenceOf(line, { samples, pitches }, `${join(folder, files.lines)}, line ${i + 1}`);
    samples += found.samples.count;
    pitches += found.pitches.count;
    sentences.push(found);
  }
  for (const [name, needed] of [
    [files.samples, 2 * samples],
    [files.pitch, 4 * pitches],
  ] as const) {
    const { size } = await stat(join(folder, name)).catch(failed(name));
    if (size !== needed)
      throw new ResidualError(
        'data',
        `train speech: ${join(folder, name)} has ${size} bytes; the sentences of ${files.lines} need ${needed}`,
      );
  }
  const [ofSamples, ofPitch] = await Promise.all(
    [files.samples, files.pitch].map(name => open(join(folder, name)).catch(failed(name))),
  );
  return {
    sentences,
    read: async ({ samples, pitches }) => {
      const [integers, numbers] = [new Int16Array(samples.count), new Float32Array(pitches.count)];
      await Promise.all([
        ofSamples!.read(integers, 0, integers.byteLength, 2 * samples.from),
        ofPitch!.read(numbers, 0, numbers.byteLength, 4 * pitches.from),
      ]);
      return { samples: Float32Array.from(integers, value => value / 32768), pitch: numbers };
    },
    close: async () => {
      await Promise.all([ofSamples!.close(), ofPitch!.close()]);
    },
  };
}

/** A line of the list. */
function sentenceOf(line: string, at: { samples: number; pitches: number }, where: string): SpokenSentence {
  const refuse = (what: string): never => {
    throw new ResidualError('data', `train speech: ${where}: ${what}`);
  };
  let parsed: { text?: unknown; rate?: unknown; samples?: unknown; pitches?: unknown; phones?: unknown };
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    return refuse(`no JSON: ${(error as Error).message}`);
  }
  const { text, rate, samples, pitches, phones } = parsed ?? {};
  if (typeof text !== 'string') return refuse(`the text is ${showValue(text)}`);
  if (rate !== sampleRate) return refuse(`the rate is ${showValue(rate)}; ${sampleRate} is read`);
  const count = (name: string, value: unknown, most: number): number =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= most
      ? (value as number)
      : refuse(`${name} is ${showValue(value)}; it must be a whole number from 1 to ${most}`);
  const range = (name: 'samples' | 'pitches', value: unknown) => ({
    from: at[name],
    count: count(name, value, longest),
  });
  if (!Array.isArray(phones) || phones.length === 0) return refuse('phones is no list');
  const [ids, ends]: [number[], number[]] = [[], []];
  for (const [i, phone] of phones.entries()) {
    const [name, end, stress, punctuation] = Array.isArray(phone) ? phone : [];
    const before = ends.at(-1) ?? 0;
    if (typeof name !== 'string' || typeof end !== 'number' || !(end >= before) || end > longest / sampleRate)
      return refuse(`phone ${i + 1} is ${showValue(phone)}; it must be a name and a second after ${before}`);
    const token = tokenOf(name, i === 0, stress === 1, typeof punctuation === 'string' ? punctuation : '');
    const id = speechTokenNames().indexOf(token);
    if (id < 0) return refuse(`phone ${i + 1} is ${JSON.stringify(name)}, which is not known`);
    ids.push(id);
    ends.push(end);
  }
  return { text, ids, ends, samples: range('samples', samples), pitches: range('pitches', pitches) };
}

/** The token of a phone as flite names it. */
function tokenOf(name: string, isFirst: boolean, isStressed: boolean, punctuation: string): string {
  if (name === 'pau') {
    const sign = punctuation.at(-1);
    if (isFirst) return '<s>';
    if (sign === undefined) return '-';
    return (pauseTokens as readonly string[]).includes(sign) ? sign : ',';
  }
  const phone = name === 'ax' ? 'AH' : name.toUpperCase();
  return (vowels as readonly string[]).includes(phone) ? `${phone}${isStressed ? 1 : 0}` : phone;
}

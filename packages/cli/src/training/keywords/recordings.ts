import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { mono, readWav, resample } from '@residual/audio';
import { ResidualError } from '@residual/base';

/** Samples per second of all recordings, and their number in one. */
export const [sampleRate, sampleCount] = [16_000, 16_000] as const;

/** The folder of recordings without words, from which noise and silence are cut. */
const noiseFolder = '_background_noise_';

/** A recording of a word: its path, and the index of its label. */
export interface KeywordRecording {
  readonly path: string;
  readonly label: number;
}

/** Recordings of words, by their use. */
export interface KeywordFolder {
  /** `silence`, `unknown` (any other word), and the words. */
  readonly labels: readonly string[];
  readonly training: readonly KeywordRecording[];
  readonly validation: readonly KeywordRecording[];
  readonly testing: readonly KeywordRecording[];
  /** Samples of the recordings of `_background_noise_`, at 16 kHz. */
  readonly noises: readonly Float32Array[];
}

/** The indices of the labels that are no words. */
export const [silence, unknown] = [0, 1] as const;

/**
 * Lists a folder in the layout of Speech Commands (Warden 2018): a folder of WAV files for each word, and
 * `_background_noise_`. `validation_list.txt` and `testing_list.txt` name what is not trained on; without a list it is
 * a tenth of the speakers, by the hash of the name before `_nohash_`. Errors if a word has no recording.
 */
export async function readKeywordFolder(folder: string, words: readonly string[]): Promise<KeywordFolder> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(cause => {
    throw new ResidualError('files', `train keywords: ${folder} cannot be read: ${cause.message}`, { cause });
  });
  const folders = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const missing = words.filter(word => !folders.includes(word));
  if (missing.length > 0)
    throw new ResidualError(
      'files',
      `train keywords: ${folder} has no folder of ${missing.join(', ')}; it has ${folders.join(', ') || 'none'}`,
    );
  const [validationList, testingList] = [
    await listIn(join(folder, 'validation_list.txt')),
    await listIn(join(folder, 'testing_list.txt')),
  ];
  const parts: Record<'training' | 'validation' | 'testing', KeywordRecording[]> = {
    training: [],
    validation: [],
    testing: [],
  };
  for (const word of folders.filter(name => name !== noiseFolder).sort()) {
    const label = words.includes(word) ? 2 + words.indexOf(word) : unknown;
    for (const name of (await wavFiles(join(folder, word))).sort()) {
      const share = hashShare(name);
      const isTesting = testingList ? testingList.has(`${word}/${name}`) : share >= 0.1 && share < 0.2;
      const isValidation = validationList ? validationList.has(`${word}/${name}`) : share < 0.1;
      const part = isTesting ? parts.testing : isValidation ? parts.validation : parts.training;
      part.push({ path: join(folder, word, name), label });
    }
  }
  const empty = words.filter((_, i) => !parts.training.some(({ label }) => label === i + 2));
  if (empty.length > 0)
    throw new ResidualError('data', `train keywords: ${folder} has no recording to train on of ${empty.join(', ')}`);
  const noises = folders.includes(noiseFolder)
    ? await Promise.all((await wavFiles(join(folder, noiseFolder))).sort().map(name => readNoise(folder, name)))
    : [];
  return { labels: ['silence', 'unknown', ...words], ...parts, noises };
}

/** The samples of a recording of a word at 16 kHz, as one channel; at most the first two seconds are read. */
export async function readKeyword(path: string): Promise<Float32Array> {
  const { size } = await stat(path);
  if (size > 2 ** 24)
    throw new ResidualError('data', `train keywords: ${path} has ${size} bytes; a word takes a second`);
  return (await readSamples(path)).subarray(0, 2 * sampleCount);
}

const readNoise = (folder: string, name: string) => readSamples(join(folder, noiseFolder, name));

async function readSamples(path: string): Promise<Float32Array> {
  try {
    const audio = readWav(await readFile(path));
    const samples = mono(audio);
    return audio.sampleRate === sampleRate ? samples : resample(samples, { from: audio.sampleRate, to: sampleRate });
  } catch (cause) {
    throw new ResidualError('files', `train keywords: ${path}: ${(cause as Error).message}`, { cause });
  }
}

async function wavFiles(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(name => /\.wav$/i.test(name));
}

/** The lines of a list of files; undefined if there is no such list. */
async function listIn(path: string): Promise<ReadonlySet<string> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : new Set(text.split(/\r?\n/).filter(line => line !== ''));
}

/** A number from 0 to 1 of the speaker, which is the name of a file up to `_nohash_`. */
function hashShare(name: string): number {
  const speaker = name.replace(/_nohash_.*$/, '');
  return createHash('sha1').update(speaker).digest().readUInt32BE() / 2 ** 32;
}

import { readAudio } from '@residual/audio';
import { addressOfSample, samples } from './samples.js';

/** Samples per second of everything on this page, as the model reads them. */
export const rate = 16_000;

/** A recording: its samples, and its name for visitors and for files that are saved. */
export interface Sound {
  readonly name: string;
  readonly samples: Float32Array;
}

/** The length of a recording in seconds. */
export const secondsOf = ({ samples }: Pick<Sound, 'samples'>): number => samples.length / rate;

/** Loads a recording that comes with the page. */
export async function loadSample(id: string, signal?: AbortSignal): Promise<Sound> {
  const { label } = samples.find(sample => sample.id === id)!;
  return { name: label, samples: await loadSamples(addressOfSample(id), signal) };
}

/** Loads one of the ten spoken words that come with the page. */
export const loadWord = (word: string): Promise<Float32Array> => loadSamples(`./words/${word}.wav`);

async function loadSamples(address: string, signal?: AbortSignal): Promise<Float32Array> {
  const response = await fetch(address, signal ? { signal } : {});
  if (!response.ok) throw new Error(`The recording ${address} was not found (${response.status}).`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  return readAudio(bytes, { sampleRate: rate, ...(signal && { signal }) });
}

/** Reads a recording of the visitor: WAV, or whatever the browser can decode. */
export async function readFile(file: File, signal?: AbortSignal): Promise<Sound> {
  try {
    const samples = await readAudio(file, { sampleRate: rate, ...(signal && { signal }) });
    return { name: file.name.replace(/\.[^.]*$/, ''), samples };
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = (cause as Error).message.replace(/^\w+: /, '');
    throw new Error(`“${file.name}” is no recording that can be read here: ${reason}`, { cause });
  }
}

import { type Audio, readAudio } from '@residual/audio';
import { ResidualError } from '@residual/base';
import { readBytes } from '../text/files.js';

/** The rate of what speech models read; `transcribe` changes it for others. */
const sampleRate = 16_000;

/** Reads a recording: a WAV file, or what `audio-decode` reads if it is installed. Errors name command and file. */
export async function readRecording(command: string, path: string): Promise<Audio> {
  const bytes = await readBytes(command, path);
  try {
    return { sampleRate, channels: [await readAudio(bytes, { sampleRate })] };
  } catch (cause) {
    throw new ResidualError('files', `${command}: ${path}: ${(cause as Error).message}`, { cause });
  }
}

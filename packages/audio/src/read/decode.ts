import { ResidualError } from '@residual/base';
import type { Audio } from '../audio.js';

/** Turns the bytes of a file into a recording. */
export type AudioDecoder = (bytes: Uint8Array<ArrayBuffer>) => Audio | Promise<Audio>;

/** The rate at which a page decodes: from the usual 44.1 kHz and 48 kHz no frequency is lost. */
const pageRate = 48_000;

/**
 * Decodes a compressed file: in a page by `decodeAudioData`, elsewhere by the package `audio-decode`, which is imported
 * when it is needed. Errors with code `decoder`.
 */
export async function decodeAudio(bytes: Uint8Array<ArrayBuffer>): Promise<Audio> {
  const decode = typeof OfflineAudioContext === 'undefined' ? await importedDecoder() : decodeInPage;
  try {
    return await decode(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ResidualError('decoder', `readAudio: the file cannot be decoded: ${reason}`, { cause: error });
  }
}

async function decodeInPage(bytes: Uint8Array<ArrayBuffer>): Promise<Audio> {
  const context = new OfflineAudioContext(1, 1, pageRate);
  const buffer = await context.decodeAudioData(bytes.buffer); // at the rate of the context
  const channels = Array.from({ length: buffer.numberOfChannels }, (_, channel) => buffer.getChannelData(channel));
  return { sampleRate: buffer.sampleRate, channels };
}

/** What `audio-decode` exports by default. */
type Imported = (bytes: Uint8Array) => Promise<{ readonly channelData: Float32Array[]; readonly sampleRate: number }>;

async function importedDecoder(): Promise<AudioDecoder> {
  const name = 'audio-decode'; // a variable, so that bundlers do not look for it
  let imported: { readonly default: Imported };
  try {
    imported = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    const why =
      'the file is no WAV file, and other formats need a page or the package audio-decode (npm i audio-decode)';
    throw new ResidualError('decoder', `readAudio: ${why}`, { cause: error });
  }
  return async bytes => {
    const { channelData, sampleRate } = await imported.default(bytes);
    return { sampleRate, channels: channelData };
  };
}

import type { LoadedModel } from '../loaded-model.js';
import type { AudioInput } from '../sounds/samples-of.js';
import { type TranscribeOptions, transcribeSettings } from './options.js';
import { recordingsOf } from './recordings-of.js';
import { transcribeRecordings } from './transcribe.js';
import type { Transcription, TranscriptionStep } from './transcription.js';

/** Transcribes recordings. Yields steps and returns the transcriptions, in the order of the recordings. */
export async function* transcribeAudio(
  model: LoadedModel,
  inputs: readonly AudioInput[],
  options: TranscribeOptions,
): AsyncGenerator<TranscriptionStep, Transcription[]> {
  model.check();
  if (model.composition.kind === 'ctc') {
    const { transcribeByCtc } = await import('./ctc.js'); // few models need it
    return yield* transcribeByCtc(model, inputs, options);
  }
  const settings = transcribeSettings(model, options);
  settings.signal?.throwIfAborted();
  return yield* transcribeRecordings(model, await recordingsOf(model, inputs), settings);
}

import type { KnownVoices, VoiceInputs } from '@residual/families';
import { expectInteger, ResidualError, tensor } from '@residual/tensor';

/** Who speaks, and in which language. */
export interface Voice {
  /** The number of a speaker. */
  readonly speaker?: number | undefined;
  /** The vector of a speaker, such as an x-vector. */
  readonly speakerEmbedding?: Float32Array | undefined;
  /** The number of a language. */
  readonly language?: number | undefined;
}

/** A voice as the inputs of a model, made in the tidy of the caller. */
export function voiceTensors({ speaker, speakerEmbedding, language }: Voice): VoiceInputs {
  const one = (id: number) => tensor([id], [1], 'int32');
  return {
    ...(speaker !== undefined && { speakerId: one(speaker) }),
    ...(speakerEmbedding && { speaker: tensor(speakerEmbedding, [1, speakerEmbedding.length]) }),
    ...(language !== undefined && { languageId: one(language) }),
  };
}

/** Throws unless the model knows the voice. */
export function expectVoice(caller: string, { speaker, speakerEmbedding, language }: Voice, known: KnownVoices): void {
  const { speakers, languages, speakerDim } = known;
  expectNumber(caller, 'speaker', speaker, speakers);
  expectNumber(caller, 'language', language, languages);
  if (speakerEmbedding === undefined) return;
  const isVector = speakerEmbedding instanceof Float32Array && speakerDim > 0;
  if (isVector && speakerEmbedding.length === speakerDim && speakerEmbedding.every(Number.isFinite)) return;
  const length = (speakerEmbedding as Partial<Float32Array>).length ?? 'no';
  const needed =
    speakerDim === 0 ? 'this model reads none' : `it must be a Float32Array of ${speakerDim} finite numbers`;
  throw new ResidualError('option', `${caller}: speakerEmbedding has ${length} numbers; ${needed}`);
}

function expectNumber(caller: string, name: string, value: number | undefined, count: number): void {
  if (value === undefined) return;
  if (count === 0)
    throw new ResidualError('option', `${caller}: ${name} is ${value}; this model has no numbers of them`);
  expectInteger(caller, name, value, { min: 0, max: count - 1 });
}

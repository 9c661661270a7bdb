import type { Reader } from '../components.js';
import type { Decoder, DecoderRun } from './decoder.js';

/** Decoders one after another. */
export const sequence: Reader<Decoder> = (fields, nested) => {
  const path = fields.path('decoders');
  return chain(fields.array('decoders').map((json, index) => nested(json, `${path}[${index}]`)));
};

/** Each decoder fed with what the one before it emits. */
export const chain =
  (decoders: readonly Decoder[]): Decoder =>
  emit => {
    const runs: DecoderRun[] = [];
    for (const decoder of decoders.toReversed()) {
      const next = runs[0];
      runs.unshift(decoder(next ? next.push : emit));
    }
    return {
      push: runs[0]?.push ?? emit,
      finish() {
        for (const run of runs) run.finish();
      },
    };
  };

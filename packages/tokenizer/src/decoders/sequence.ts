import type { Reader } from '../components.js';
import { checkGrown, mostGrown } from '../growth.js';
import type { Decoder, DecoderRun, Emit } from './decoder.js';

/** Decoders one after another. */
export const sequence: Reader<Decoder> = (fields, nested) => {
  const path = fields.path('decoders');
  return chain(fields.array('decoders').map((json, index) => nested(json, `${path}[${index}]`)));
};

/** Each decoder fed with what the one before it emits. What they make of the tokens so far may not grow beyond measure. */
export function chain(decoders: readonly Decoder[]): Decoder {
  const steps = decoders.flatMap(decoder => decoder.steps ?? [decoder]);
  if (steps.length === 1) return steps[0]!;
  const grows = steps.some(step => step.grows);
  const decoder = (emit: Emit): DecoderRun => {
    let taken = 0; // units and tokens
    const measured = (next: Emit): Emit => {
      let made = 0;
      return (text, ends) => {
        made += text.length;
        checkGrown(made, mostGrown(taken), 'decoders');
        next(text, ends);
      };
    };
    const runs: DecoderRun[] = [];
    for (const step of steps.toReversed()) {
      const next = runs[0]?.push ?? emit;
      runs.unshift(step(step.grows ? measured(next) : next));
    }
    const first = runs[0]?.push ?? emit;
    return {
      push: grows
        ? (text, ends) => {
            taken += text.length + 1;
            first(text, ends);
          }
        : first,
      finish() {
        for (const run of runs) run.finish();
      },
    };
  };
  return Object.assign(decoder, { steps });
}

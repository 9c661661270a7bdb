import type { Component } from '../formats/json/components.js';
import { checkGrowth, maxGrownLength } from '../text/growth-limit.js';
import type { Decoder, DecoderRun, Emit } from './decoder.js';

/** Applies decoders one after another. */
export const sequence: Component<Decoder> = {
  type: 'Sequence',
  list: 'decoders',
  fromJson: (_fields, parts) => chainDecoders(parts),
};

/** Chains decoders: each receives the output of the one before it. The total output is limited; see `checkGrowth`. */
export function chainDecoders(decoders: readonly Decoder[]): Decoder {
  const steps = decoders.flatMap(decoder => decoder.steps ?? [decoder]);
  if (steps.length === 1) return steps[0]!;
  const grows = steps.some(step => step.grows);
  const decoder = (emit: Emit): DecoderRun => {
    let inputLength = 0; // units and tokens
    const measured = (next: Emit): Emit => {
      let outputLength = 0;
      return (text, ends) => {
        outputLength += text.length;
        checkGrowth(outputLength, maxGrownLength(inputLength), 'decoders');
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
            inputLength += text.length + 1;
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

import { samplingError } from '../errors.js';
import { runInPlace, type SequenceContext } from '../processor.js';
import { topIndices } from '../select.js';
import { softmax } from '../softmax.js';
import { type Beam, type Continuation, isReachable, largest } from './beam.js';
import type { BeamSettings } from './options.js';

/** A group of beams of one prompt, before a step. */
export interface Group {
  readonly beams: readonly Beam[];
  /** For each beam, the row of logits that follows it. */
  readonly beamIndices: readonly number[];
  /** The tokens that earlier groups chose in this step. */
  readonly earlierTokens: readonly number[];
  readonly context: Omit<SequenceContext, 'tokens' | 'batchIndex'>;
}

/**
 * Makes a function that finds the best continuations of a group, best first, ties by lower beam and then lower token:
 * the `candidatesPerGroup` largest of [groupSize · vocab] sums. It holds only one row [vocab] at a time and sorts none.
 */
export function continuationsOf(settings: BeamSettings) {
  const { processorsBeforePenalty, processorsAfterPenalty, diversityPenalty, candidatesPerGroup, groupSize } = settings;
  let scratch = new Float32Array(0);

  /** The sum of one beam with each token [vocab], and the logSumExp of its logits. */
  const sumsOf = (logits: Float32Array, beam: Beam, batchIndex: number, { earlierTokens, context }: Group) => {
    if (scratch.length !== logits.length) scratch = new Float32Array(logits.length);
    let sums: Float32Array = scratch;
    sums.set(logits);
    const { logSumExp } = softmax(sums);
    for (let id = 0; id < sums.length; id++) sums[id]! -= logSumExp;
    const sequence = { ...context, tokens: beam.tokens, batchIndex };
    sums = runInPlace(processorsBeforePenalty, sums, sequence);
    for (const token of earlierTokens) sums[token]! -= diversityPenalty;
    sums = runInPlace(processorsAfterPenalty, sums, sequence);
    const sum = beam.sum;
    for (let id = 0; id < sums.length; id++) {
      if (!(sums[id]! < Infinity)) {
        const fault = `processors made logits[${id}] ${sums[id]}`;
        const text = `row ${batchIndex}: ${fault}; it must be a finite number or -Infinity`;
        throw samplingError('logits', text);
      }
      sums[id]! += sum;
    }
    return { sums, logSumExp };
  };

  return (group: Group, logits: (row: number) => Float32Array): Continuation[] => {
    const candidates: Continuation[] = [];
    for (const [i, beam] of group.beams.entries()) {
      // A placeholder beam ranks behind all of these.
      if (!isReachable(beam) && candidates.filter(isReachable).length >= candidatesPerGroup) continue;
      const row = group.beamIndices[i]!;
      const values = logits(row);
      if (values.length * groupSize < candidatesPerGroup) {
        const need = `which need ${candidatesPerGroup} continuations`;
        const text = `${values.length} logits are too few for ${groupSize} beams, ${need}`;
        throw samplingError('logits', text);
      }
      const { sums, logSumExp } = sumsOf(values, beam, row, group);
      for (const token of topIndices(sums, candidatesPerGroup)) {
        candidates.push({ beam, beamIndex: row, token, logprob: values[token]! - logSumExp, sum: sums[token]! });
      }
    }
    return largest(candidates, candidatesPerGroup, ({ sum }) => sum);
  };
}

import { expectNumber, expectOption, samplingError } from '../errors.js';
import { type Processor, processor, type SequenceContext } from '../processor.js';
import { logSumExp } from '../softmax.js';

/** How strongly a prompt guides, and what would come without it. */
export interface Guidance {
  /** 1 changes nothing, more exaggerates what the prompt changes, 0 leaves it out. */
  readonly scale: number;
  /** The logits [vocab] of the same sequence without the prompt, or with another one. */
  readonly unconditional: (context: SequenceContext) => ArrayLike<number>;
}

/**
 * Classifier-free guidance (Ho and Salimans 2022; Sanchez et al. 2023): log-probabilities u + scale · (c - u), where c
 * are those of the prompt and u those without it. Logits [vocab] to logits [vocab]; a token that is impossible with the
 * prompt stays so. Throws if `scale` is below 0.
 */
export function guidance({ scale, unconditional }: Guidance): Processor {
  expectNumber(scale >= 0 && scale < Infinity, 'guidance.scale', scale, 'a number, 0 or more');
  expectOption(typeof unconditional === 'function', 'guidance.unconditional', unconditional, 'a function');
  return processor((row, context) => {
    if (scale === 1) return;
    const other = Float32Array.from(unconditional(context));
    if (other.length !== row.length)
      throw samplingError('logits', `guidance.unconditional gave ${other.length} logits; there are ${row.length}`);
    const [conditionalSum, unconditionalSum] = [logSumExp(row), logSumExp(other)];
    for (let id = 0; id < row.length; id++) {
      if (row[id] === -Infinity) continue;
      const without = Math.max(other[id]! - unconditionalSum, leastLogprob);
      row[id] = without + scale * (row[id]! - conditionalSum - without);
    }
  });
}

/** What an impossible token counts without the prompt, so that differences stay numbers. */
const leastLogprob = -100;

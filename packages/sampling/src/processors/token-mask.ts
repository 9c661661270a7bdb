import { type Processor, processor, type SequenceContext } from '../processor.js';

/**
 * Leaves only the tokens whose bit is 1 in the mask of the current sequence: 32 tokens in a word, low bits first, as
 * grammars make them. Tokens beyond the mask cannot be chosen. Logits [vocab] to logits [vocab].
 */
export const tokenMask = (maskOf: (context: SequenceContext) => Uint32Array): Processor =>
  processor((row, context) => {
    const mask = maskOf(context);
    for (let first = 0; first < row.length; first += 32) {
      const word = mask[first >> 5] ?? 0;
      if (word === 0xffffffff) continue;
      if (word === 0) row.fill(-Infinity, first, first + 32);
      else for (let id = first; id < first + 32; id++) if (((word >>> (id & 31)) & 1) === 0) row[id] = -Infinity;
    }
  });

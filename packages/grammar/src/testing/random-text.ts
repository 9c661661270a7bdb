import type { Constraint } from '../constraint.js';

/** What a model of random weights writes. */
export interface RandomText {
  readonly text: string;
  readonly tokens: readonly number[];
  /** Whether it was ended, not cut. */
  readonly isEnded: boolean;
}

/**
 * Writes tokens that a constraint allows. Their chances are random numbers that depend on the last token alone, as from
 * a
 * model; after `patience` tokens the shortest texts to an end are more likely.
 */
export function randomText(
  constraint: Constraint,
  vocab: number,
  eosTokenId: number,
  seed: number,
  { maxTokens = 400, patience = 30 } = {},
): RandomText {
  const tokens: number[] = [];
  const sequence = { tokens, promptLength: 0 };
  const stream = constraint.stream(sequence);
  let text = '';
  while (tokens.length < maxTokens) {
    if (constraint.isOver(sequence)) return { text: text + stream.flush(), tokens, isEnded: true };
    const mask = constraint.mask(sequence);
    let best = -1;
    let highest = -Infinity;
    const isLate = tokens.length > patience;
    for (let id = 0; id < vocab; id++) {
      if (((mask[id >> 5]! >>> (id & 31)) & 1) === 0) continue;
      const closes = id === eosTokenId || id === 0x22 || id === 0x5d || id === 0x7d;
      const chance = weight(seed, tokens.at(-1) ?? 0, id) + (closes ? (isLate ? 1 : 0.2) : 0);
      if (chance <= highest) continue;
      highest = chance;
      best = id;
    }
    if (best === eosTokenId) return { text: text + stream.flush(), tokens, isEnded: true };
    tokens.push(best);
    text += stream.push(best);
  }
  return { text, tokens, isEnded: false };
}

/** A number from 0 to 1 for a token after another: the weight of a random model. */
function weight(seed: number, before: number, id: number): number {
  let bits = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(before + 7, 0x85ebca6b) ^ Math.imul(id + 13, 0xc2b2ae35);
  bits = Math.imul(bits ^ (bits >>> 15), 0x2c1b3c6d);
  bits = Math.imul(bits ^ (bits >>> 12), 0x297a2d39);
  return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
}

import type { BeamSettings } from './options.js';

/** Lowers a score below all others; the reference adds the same number, in float32. */
export const lowestScore = -1e9;

/** A text that is still growing. */
export interface Beam {
  /** Prompt and new tokens. */
  readonly tokens: readonly number[];
  /** For each new token, the row of [batch · beams] whose logits it was chosen from. */
  readonly beamIndices: readonly number[];
  /** For each new token, the natural log of its probability under the model, before any processor. */
  readonly logprobs: readonly number[];
  /** Sum of the log-probabilities after the processors, in float32; about -1e9 for a placeholder beam. */
  readonly sum: number;
}

/** A beam and a possible next token; `sum` includes that token. */
export interface Continuation {
  readonly beam: Beam;
  readonly beamIndex: number;
  readonly token: number;
  readonly logprob: number;
  readonly sum: number;
}

/** A finished text. */
export interface Hypothesis {
  /** Prompt and new tokens, including the end token if one was chosen, without padding. */
  readonly tokens: readonly number[];
  readonly newTokens: readonly number[];
  readonly promptLength: number;
  /** sum / newTokens^lengthPenalty; the end token counts, the prompt does not. */
  readonly score: number;
  /** Sum of the log-probabilities after the processors and the diversity penalty. */
  readonly sum: number;
  /** For each new token, the natural log of its probability under the model, before any processor. */
  readonly logprobs: readonly number[];
  /**
   * For each new token, the row of [batch · beams] whose logits it was chosen from: the path through the search tree.
   */
  readonly beamIndices: readonly number[];
  /** `eos`: an end token was chosen; `length`: the limit was reached. */
  readonly finishReason: 'eos' | 'length';
}

/** The finished texts of one group of beams, at most as many as the group has beams. */
export interface Hypotheses {
  /**
   * Takes the best continuations, best first, each of `length` new tokens; returns the ones that continue, best first.
   */
  update(best: readonly Continuation[], length: number): Continuation[];
  readonly done: boolean;
  /** Best first; ties in the order of the reference. */
  readonly finished: readonly Hypothesis[];
}

/** Whether a sum belongs to a real text, not to a placeholder beam or to one without a possible token. */
export const isReachable = ({ sum }: { readonly sum: number }): boolean => sum > lowestScore / 2;

/** The beam extended by its continuation. */
export const extend = ({ beam, beamIndex, token, logprob, sum }: Continuation): Beam => ({
  tokens: [...beam.tokens, token],
  beamIndices: [...beam.beamIndices, beamIndex],
  logprobs: [...beam.logprobs, logprob],
  sum,
});

/** A finished text made from a beam. */
export function hypothesis(beam: Beam, score: number, finishReason: Hypothesis['finishReason']): Hypothesis {
  const promptLength = beam.tokens.length - beam.beamIndices.length;
  return { ...beam, newTokens: beam.tokens.slice(promptLength), promptLength, score, finishReason };
}

/** The best score that a text of this sum and of `length` new tokens can reach, if no further token lowers the sum. */
export function attainableScore(
  { earlyStopping, lengthPenalty }: BeamSettings,
  sum: number,
  length: number,
  maxNewTokens: number,
): number {
  return sum / (earlyStopping === 'never' && lengthPenalty > 0 ? maxNewTokens : length) ** lengthPenalty;
}

/** The `count` items with the largest values, largest first; ties keep their order. */
export const largest = <Item>(items: readonly Item[], count: number, value: (item: Item) => number): Item[] =>
  [...items].sort((a, b) => Number(value(b) > value(a)) - Number(value(b) < value(a))).slice(0, count);

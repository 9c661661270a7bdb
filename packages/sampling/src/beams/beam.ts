/** What a score is lowered by to put it behind all others; the reference counts with it, in float32, and so do we. */
export const lowestScore = -1e9;

/** A text on its way. */
export interface Beam {
  /** Prompt and new tokens. */
  readonly tokens: readonly number[];
  /** By new token: the row, [batch · beams], whose logits it was chosen from. */
  readonly beamIndices: readonly number[];
  /** By new token: natural log of its probability as the model gave it, before any processor. */
  readonly logprobs: readonly number[];
  /** Sum of the log-probabilities after the processors, in float32; around -1e9 for a beam that only holds a place. */
  readonly sum: number;
}

/** A beam, and a token that may come next; `sum` is the beam's with that token. */
export interface Continuation {
  readonly beam: Beam;
  readonly beamIndex: number;
  readonly token: number;
  readonly logprob: number;
  readonly sum: number;
}

/** A text that has ended. */
export interface Hypothesis {
  /** Prompt and new tokens, with the end token if one was chosen, without padding. */
  readonly tokens: readonly number[];
  readonly newTokens: readonly number[];
  readonly promptLength: number;
  /** sum / newTokens^lengthPenalty, the end token counted, the prompt not. */
  readonly score: number;
  /** Sum of the log-probabilities after the processors (and the penalty of diversity). */
  readonly sum: number;
  /** By new token: natural log of its probability as the model gave it, before any processor. */
  readonly logprobs: readonly number[];
  /** By new token: the row, [batch · beams], whose logits it was chosen from: the way through the tree of all steps. */
  readonly beamIndices: readonly number[];
  /** An end token was chosen, or the limit was reached. */
  readonly finishReason: 'eos' | 'length';
}

/** What ended of one group of beams, and whether it is done. Both kinds keep as many texts as the group has beams. */
export interface Hypotheses {
  /** Takes the best continuations, best first, each `length` new tokens long; gives those that go on, best first. */
  update(best: readonly Continuation[], length: number): Continuation[];
  readonly done: boolean;
  /** Best first, of equal ones first what the reference puts first. */
  readonly finished: readonly Hypothesis[];
}

/** Whether a sum is that of a text, not of a beam that holds a place or of one without any token left. */
export const isReachable = ({ sum }: { readonly sum: number }): boolean => sum > lowestScore / 2;

/** The beam that a continuation makes. */
export const extend = ({ beam, beamIndex, token, logprob, sum }: Continuation): Beam => ({
  tokens: [...beam.tokens, token],
  beamIndices: [...beam.beamIndices, beamIndex],
  logprobs: [...beam.logprobs, logprob],
  sum,
});

/** The hypothesis that a beam makes. */
export function hypothesis(beam: Beam, score: number, finishReason: Hypothesis['finishReason']): Hypothesis {
  const { tokens, beamIndices, logprobs, sum } = beam;
  const promptLength = tokens.length - beamIndices.length;
  return {
    tokens,
    newTokens: tokens.slice(promptLength),
    promptLength,
    score,
    sum,
    logprobs,
    beamIndices,
    finishReason,
  };
}

/** The `count` items of the largest values, largest first; of equal ones those that come first. */
export const largest = <Item>(items: readonly Item[], count: number, value: (item: Item) => number): Item[] =>
  [...items].sort((a, b) => Number(value(b) > value(a)) - Number(value(b) < value(a))).slice(0, count);

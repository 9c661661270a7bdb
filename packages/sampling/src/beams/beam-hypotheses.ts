import {
  attainableScore,
  type Continuation,
  extend,
  type Hypotheses,
  type Hypothesis,
  hypothesis,
  isReachable,
  largest,
  lowestScore,
} from './beam.js';
import type { BeamSettings } from './options.js';

/** A slot for a finished text; without a hypothesis it is empty or held by a text that continues. */
interface HypothesisSlot {
  readonly score: number;
  readonly hypothesis?: Hypothesis;
}

/**
 * The finished texts of a beam search without groups, for one prompt, as in `GenerationMixin._beam_search` of Hugging
 * Face transformers 5 (`_get_running_beams_for_next_iteration`, `_update_finished_beams`,
 * `_check_early_stop_heuristic`, `_beam_search_has_unfinished_sequences`). `maxNewTokens` limits the new tokens of this
 * prompt.
 */
export function beamHypotheses(settings: BeamSettings, maxNewTokens: number): Hypotheses {
  const { groupSize, lengthPenalty, earlyStopping, eosTokenIds } = settings;
  const { fround } = Math;
  let slots: HypothesisSlot[] = Array.from({ length: groupSize }, () => ({ score: lowestScore }));
  let done = false;
  const slotOf = (continuation: Continuation, rank: number, length: number, ended: boolean): HypothesisSlot => {
    const score = fround(continuation.sum / length ** lengthPenalty);
    // An end token ranked after the first groupSize candidates does not count.
    if (!ended || rank >= groupSize) return { score: fround(score + lowestScore) };
    const reason = eosTokenIds.has(continuation.token) ? 'eos' : 'length';
    return { score, hypothesis: hypothesis(extend(continuation), score, reason) };
  };
  return {
    get done() {
      return done;
    },
    get finished() {
      return slots.flatMap(({ hypothesis }) => (hypothesis && isReachable(hypothesis) ? [hypothesis] : []));
    },
    update(best, length) {
      const ended = best.map(({ token }) => length === maxNewTokens || eosTokenIds.has(token));
      const open = best.map((each, i) => (ended[i] ? { ...each, sum: fround(each.sum + lowestScore) } : each));
      const running = largest(open, groupSize, ({ sum }) => sum);
      const fresh = best.map((each, rank) => slotOf(each, rank, length, ended[rank]!));
      slots = largest([...slots, ...fresh], groupSize, ({ score }) => score);

      const attainable = fround(attainableScore(settings, running[0]!.sum, length, maxNewTokens));
      const worst = slots.at(-1)!.score;
      const improves = slots.some(({ hypothesis }) => attainable > (hypothesis ? worst : lowestScore));
      const isFull = slots.every(({ hypothesis }) => hypothesis !== undefined);
      done = !improves || ended.every(Boolean) || (earlyStopping === true && isFull);
      return running;
    },
  };
}

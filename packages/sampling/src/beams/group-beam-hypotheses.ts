import {
  attainableScore,
  type Continuation,
  extend,
  type Hypotheses,
  type Hypothesis,
  hypothesis,
  isReachable,
} from './beam.js';
import type { BeamSettings } from './options.js';

/**
 * The finished texts of one group of a diverse beam search, as in `BeamSearchScorer` and `BeamHypotheses` of Hugging
 * Face transformers 4. Unlike in `beamHypotheses`, only an end token finishes a text before the limit, beams still open
 * at the limit are added then, a group is done when its worst text is at least as good as the best continuation
 * (finished or not) could become, and scores are in float64.
 */
export function groupBeamHypotheses(settings: BeamSettings, maxNewTokens: number): Hypotheses {
  const { groupSize, lengthPenalty, earlyStopping, eosTokenIds } = settings;
  const finished: Hypothesis[] = [];
  let worst = 1e9;
  let done = false;
  const add = (continuation: Continuation, length: number, reason: Hypothesis['finishReason']): void => {
    const score = continuation.sum / length ** lengthPenalty;
    if (finished.length >= groupSize && !(score > worst)) return;
    finished.push(hypothesis(extend(continuation), score, reason));
    if (finished.length > groupSize) {
      finished.splice(
        finished.findIndex(each => each.score === Math.min(...finished.map(({ score }) => score))),
        1,
      );
      worst = Math.min(...finished.map(({ score }) => score));
    } else worst = Math.min(worst, score);
  };
  return {
    get done() {
      return done;
    },
    get finished() {
      // The reference takes from the end of a sorted list: ties put the latest first.
      return finished.filter(isReachable).reverse();
    },
    update(best, length) {
      const running: Continuation[] = [];
      for (const [rank, continuation] of best.entries()) {
        if (!eosTokenIds.has(continuation.token)) running.push(continuation);
        else if (rank < groupSize) add(continuation, length, 'eos'); // a lower-ranked end token does not count
        if (running.length === groupSize) break;
      }
      const attainable = attainableScore(settings, best[0]!.sum, length, maxNewTokens);
      done = finished.length >= groupSize && (earlyStopping === true || worst >= attainable);
      if (!done && length === maxNewTokens) {
        for (const continuation of running) add(continuation, length, 'length');
        done = true;
      }
      return running;
    },
  };
}

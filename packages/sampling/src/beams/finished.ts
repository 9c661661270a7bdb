import {
  behind,
  type Continuation,
  extend,
  type Hypothesis,
  hypothesis,
  isReal,
  largest,
  type Outcome,
} from './beam.js';
import type { Settings } from './options.js';

/** A place among the finished; without a hypothesis nobody holds it, or one that goes on. */
interface Place {
  readonly score: number;
  readonly hypothesis?: Hypothesis;
}

/**
 * The end of a beam search without groups, as `GenerationMixin._beam_search` of Hugging Face transformers 5 has it
 * (`_get_running_beams_for_next_iteration`, `_update_finished_beams`, `_check_early_stop_heuristic`,
 * `_beam_search_has_unfinished_sequences`), for one prompt alone. `room` is how many new tokens there may be.
 */
export function finishedBeams({ size, lengthPenalty, earlyStopping, ends }: Settings, room: number): Outcome {
  const { fround } = Math;
  let places: Place[] = Array.from({ length: size }, () => ({ score: behind }));
  let done = false;
  const place = (continuation: Continuation, rank: number, length: number, ended: boolean): Place => {
    const score = fround(continuation.sum / length ** lengthPenalty);
    if (!ended || rank >= size) return { score: fround(score + behind) }; // an end behind the first beams does not count
    const reason = ends.has(continuation.token) ? 'eos' : 'length';
    return { score, hypothesis: hypothesis(extend(continuation), score, reason) };
  };
  return {
    get done() {
      return done;
    },
    get kept() {
      return places.flatMap(({ hypothesis }) => (hypothesis && isReal(hypothesis) ? [hypothesis] : []));
    },
    take(best, length) {
      const ended = best.map(({ token }) => length === room || ends.has(token));
      const open = best.map((each, i) => (ended[i] ? { ...each, sum: fround(each.sum + behind) } : each));
      const running = largest(open, size, ({ sum }) => sum);
      const fresh = best.map((each, rank) => place(each, rank, length, ended[rank]!));
      places = largest([...places, ...fresh], size, ({ score }) => score);

      const longest = earlyStopping === 'never' && lengthPenalty > 0 ? room : length;
      const attainable = fround(running[0]!.sum / longest ** lengthPenalty);
      const worst = places.at(-1)!.score;
      const improves = places.some(({ hypothesis }) => attainable > (hypothesis ? worst : behind));
      const isFull = places.every(({ hypothesis }) => hypothesis !== undefined);
      done = !improves || ended.every(Boolean) || (earlyStopping === true && isFull);
      return running;
    },
  };
}

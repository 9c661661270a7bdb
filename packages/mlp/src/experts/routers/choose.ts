import {
  add,
  affine,
  div,
  equal,
  expectInteger,
  expectValue,
  max,
  mul,
  range,
  reshape,
  sum,
  type Tensor,
  toFloat,
  topKIndices,
  topK as topKOf,
} from '@residual/tensor';
import type { RouterOptions } from './router.js';

/** Groups of experts, some of which are open to a token (DeepSeek-AI 2024). */
export interface ExpertGroups {
  /** The number of groups, of equally many experts in order. */
  readonly count: number;
  /** The number of groups from which the experts of a token are chosen. */
  readonly topK: number;
  /** The score of a group: its largest score, or the sum of its two largest. */
  readonly score: 'largest' | 'topTwo';
}

/** How the scores of the chosen experts become weights. */
export interface WeightOptions {
  /** Whether the weights of a token are divided by their sum; true if absent. */
  readonly normalize?: boolean;
  /** Added to that sum; 0 if absent. */
  readonly epsilon?: number;
  /** A factor of all weights; 1 if absent. */
  readonly scale?: number;
}

/** The names of the options of weights, for `expectOptions`. */
export const weightOptions = { normalize: 0, epsilon: 0, scale: 0 } as const;

/** The weights of the chosen scores [tokens, k]. */
export function weightsOf(scores: Tensor, { normalize = true, epsilon = 0, scale = 1 }: WeightOptions): Tensor {
  const total = sum(scores, { axis: 1, keepDims: true });
  const normalized = normalize ? div(scores, epsilon === 0 ? total : add(total, epsilon)) : scores;
  return scale === 1 ? normalized : mul(normalized, scale);
}

/** The experts with the largest scores [tokens, experts], from the best groups if there are any: int32 [tokens, k]. */
export function choose(scores: Tensor, { topK }: RouterOptions, groups: ExpertGroups | undefined): Tensor {
  return topKIndices(groups ? closeOtherGroups(scores, groups) : scores, topK);
}

/** Below every score of an expert. */
const closed = -1e30;

/** The scores with those of all but the best groups replaced by a number below all others. */
function closeOtherGroups(scores: Tensor, { count, topK, score }: ExpertGroups): Tensor {
  const [tokens, experts] = scores.shape as [number, number];
  const grouped = reshape(scores, [tokens, count, experts / count]);
  const ofGroup = score === 'largest' ? max(grouped, { axis: 2 }) : sum(topKOf(grouped, 2).values, { axis: 2 });
  const best = reshape(topKIndices(ofGroup, topK), [tokens, topK, 1]);
  const isOpen = sum(toFloat(equal(best, reshape(range(count), [1, 1, count]))), { axis: 1 }); // [tokens, groups]
  const open = reshape(isOpen, [tokens, count, 1]);
  return reshape(add(mul(grouped, open), affine(open, -closed, closed)), [tokens, experts]);
}

/** Throws unless groups fit the experts and hold as many as are chosen. */
export function expectGroups(name: string, groups: ExpertGroups | undefined, { experts, topK }: RouterOptions): void {
  if (!groups) return;
  const { count, topK: open, score } = groups;
  expectInteger(name, 'groups.count', count, { min: 1, max: experts });
  expectInteger(name, 'groups.topK', open, { min: 1, max: count });
  const size = experts / count;
  expectValue(Number.isInteger(size), name, 'groups.count', count, `a divisor of the ${experts} experts`);
  const fits = score === 'largest' || (score === 'topTwo' && size >= 2);
  expectValue(
    fits,
    name,
    'groups.score',
    score,
    size < 2 ? `'largest' for groups of ${size}` : `'largest' or 'topTwo'`,
  );
  expectValue(topK <= open * size, name, 'topK', topK, `at most ${open * size}, the experts of ${open} groups`);
}

import type { ActivationStatistics, FeatureTexts } from '@residual/inspect';
import { shownTexts } from './setup.js';

/** How many features have their texts looked up, and how often one of them may fire. */
const [candidateCount, rare] = [200, 0.02];

/** How clearly features fire: what the weakest of their best texts has. */
export const clearest = {
  /** The features with the largest activations among those that fire rarely. */
  candidates: ({ max, positive }: Pick<ActivationStatistics, 'max' | 'positive'>): number[] =>
    [...max.keys()]
      .filter(feature => positive[feature]! > 0 && positive[feature]! <= rare)
      .sort((one, other) => max[other]! - max[one]!)
      .slice(0, candidateCount),
  /** Those with the largest activation in the last of their texts first. */
  sorted: (found: readonly FeatureTexts[]): FeatureTexts[] => {
    const weakest = ({ top }: FeatureTexts) => top[shownTexts - 1]?.activation ?? 0;
    return [...found].sort((one, other) => weakest(other) - weakest(one));
  },
};

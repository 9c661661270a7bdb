import { isTensor, mul, ResidualError, reshape, sum, type Tensor } from '@residual/tensor';
import { expectTokens, tokensRow } from './logit-direction.js';

/** What is attributed to the input: the logit of `target`, minus that of `against`, or a `metric` of one's own. */
export interface AttributionMetric {
  /** The id of a token whose logit is attributed. */
  readonly target?: number;
  /** The id of a token whose logit is subtracted. */
  readonly against?: number;
  /**
   * A function of the logits [batch, vocab] at the position, made of ops of `@residual/tensor`: a number for each
   * sequence, [batch]. It takes the place of `target`.
   */
  readonly metric?: (logits: Tensor) => Tensor;
  /** The position that predicts, a negative one counted from the end; -1 if absent. */
  readonly position?: number;
}

/** Names of the options in `AttributionMetric`. */
export const attributionMetricNames = { target: 0, against: 0, metric: 0, position: 0 } as const;

/** The sum over the batch of what is attributed, as a tensor of shape []: from the logits [batch, 1, vocab]. */
export function measureOf(caller: string, options: AttributionMetric, vocab: number): (logits: Tensor) => Tensor {
  const { target, against, metric } = options;
  if ((target === undefined) === (metric === undefined) || (metric && against !== undefined))
    throw new ResidualError('option', `${caller}: it needs a target, with or without against, or else a metric`);
  const rowsOf = (logits: Tensor) => reshape(logits, [-1, vocab]);
  if (target !== undefined) {
    const tokens = { target, against };
    expectTokens(caller, tokens, vocab);
    return logits => sum(mul(rowsOf(logits), tokensRow(tokens, vocab)));
  }
  return logits => {
    const values: unknown = metric!(rowsOf(logits));
    if (isTensor(values)) return sum(values);
    throw new ResidualError('option', `${caller}: metric gave ${values}; it must give a tensor at once`);
  };
}

import { expectValue, gather, ResidualError, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectId } from './prompt.js';

/** What a sweep measures: the logit of `answer` minus that of `wrong` at the last position, or your own `metric`. */
export interface MetricOptions {
  /** The id of the right answer. */
  readonly answer?: number;
  /** The id of a wrong answer. */
  readonly wrong?: number;
  /** A number of the logits [vocab] at the last position; instead of `answer` and `wrong`. */
  readonly metric?: (logits: Float32Array) => number;
}

/** Names of the options in `MetricOptions`. */
export const metricNames = { answer: 0, wrong: 0, metric: 0 } as const;

/** Reads logits [batch, 1, vocab] as one number for each sequence; the logits stay with their owner. */
export type Metric = (logits: Tensor) => Promise<readonly number[]>;

/** Checks the options of a metric. Errors for ids outside the vocabulary and if answer and wrong are the same. */
export function metricOf(caller: string, { answer, wrong, metric }: MetricOptions, vocab: number): Metric {
  if (metric !== undefined) {
    expectValue(typeof metric === 'function', caller, 'metric', metric, 'a function of the logits', 'option');
    if (answer !== undefined || wrong !== undefined)
      throw new ResidualError('option', `${caller}: there are a metric and ids of answers; leave one of them out`);
    return logits => ownMetric(caller, metric, logits);
  }
  if (answer === undefined || wrong === undefined)
    throw new ResidualError('option', `${caller}: it needs the ids answer and wrong, or a metric`);
  expectId(caller, 'answer is', answer, vocab);
  expectId(caller, 'wrong is', wrong, vocab);
  if (answer === wrong)
    throw new ResidualError('option', `${caller}: answer and wrong are both ${answer}; their difference is always 0`);
  return logits => logitDifferences(logits, answer, wrong);
}

async function logitDifferences(logits: Tensor, answer: number, wrong: number): Promise<readonly number[]> {
  const both = tidy(() => gather(logits, tensor([answer, wrong], [2], 'int32'), 2));
  try {
    const values = await both.data();
    return Array.from({ length: both.shape[0]! }, (_, i) => values[2 * i]! - values[2 * i + 1]!);
  } finally {
    both.dispose();
  }
}

async function ownMetric(
  caller: string,
  metric: (logits: Float32Array) => number,
  logits: Tensor,
): Promise<readonly number[]> {
  const values = (await logits.data()) as Float32Array;
  const [batch, , vocab] = logits.shape as [number, number, number];
  return Array.from({ length: batch }, (_, i) => {
    const value = metric(values.slice(i * vocab, (i + 1) * vocab));
    expectValue(Number.isFinite(value), caller, 'the result of metric', value, 'a number', 'option');
    return value;
  });
}

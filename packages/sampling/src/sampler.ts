import { expectInteger, expectOption } from './errors.js';
import type { PipelineOptions, SamplerOptions, StrictOptions } from './options.js';
import { expectOptionNames, filterNames, pipeline } from './pipeline.js';
import { runInPlace, type SequenceContext } from './processor.js';
import { expectSeed, fineUniformAt, randomSeed } from './random.js';
import { sampleIndex } from './sample-index.js';
import { topIndices } from './select.js';
import { maximum, softmax } from './softmax.js';

/** A token with its evidence. */
export interface Choice {
  readonly token: number;
  /** Natural log of its probability as the model gave it: softmax of the logits before any processor. */
  readonly logprob: number;
  /** Its probability after all processors: that with which it could be drawn. */
  readonly probability: number;
}

/** The chosen token, and the `topLogprobs` tokens that the model found most likely, best first, ties by lowest id. */
export interface Sample extends Choice {
  readonly topLogprobs: readonly Choice[];
}

/** Chooses tokens; holds settings and working memory, nothing of a row: rows and steps may come in any order. */
export interface Sampler {
  /** The next token for `logits` [vocab], which are not changed; throws when one is NaN or Infinity or none can be chosen. */
  next(logits: ArrayLike<number>, context: SequenceContext): Sample;
  /** The seed of its draws, given or new: with it the same tokens are drawn again. Undefined where nothing is drawn. */
  readonly seed: number | undefined;
}

/**
 * Makes a sampler: processors as `pipeline` orders them, then a draw (at temperature 0, or with none given, the most likely token).
 * Without a seed each sampler draws by a new one, which its `seed` tells. The random number is a hash of seed, row and position, so
 * the same seed gives the same tokens on any backend, rows do not depend on each other, and a text that is continued later goes on as
 * if it had not stopped. Throws for an unknown or unfit option.
 */
export function sampler<const Options extends SamplerOptions>(options: Options & StrictOptions<Options>): Sampler {
  expectOptionNames(options, 'topLogprobs', 'seed');
  const {
    topLogprobs = 0,
    seed = randomSeed(),
    ...rest
  } = options as PipelineOptions & { topLogprobs?: number; seed?: number };
  expectInteger('topLogprobs', topLogprobs, 0);
  expectSeed(seed);
  if (rest.temperature === undefined) {
    const idle = ['seed', ...filterNames()].find(name => options[name as keyof SamplerOptions] !== undefined);
    expectOption(
      idle === undefined,
      'temperature',
      undefined,
      `given beside ${idle}, which a greedy choice would not heed`,
    );
  }
  const isGreedy = (rest.temperature ?? 0) === 0 && !rest.processors; // what others' functions make of logits is weighed, and so checked
  const checked = pipeline({ ...rest, temperature: rest.temperature ?? 0 });
  const processors = isGreedy ? pipeline(greedyOptions(rest)) : checked;
  let row = new Float32Array(0);
  return {
    seed: rest.temperature ? seed : undefined,
    next(logits, context) {
      if (row.length !== logits.length) row = new Float32Array(logits.length);
      row.set(logits);
      const { logSumExp } = softmax(row);
      const ids = topIndices(row, topLogprobs);
      if (isGreedy) {
        const token = argmax(runInPlace(processors, row, context));
        const choice = (id: number): Choice => {
          return { token: id, logprob: Math.fround(logits[id]!) - logSumExp, probability: id === token ? 1 : 0 };
        };
        return { ...choice(token), topLogprobs: ids.map(choice) };
      }
      const { unnormalized, sum } = softmax(runInPlace(processors, row, context));
      const choice = (token: number): Choice => ({
        token,
        logprob: Math.fround(logits[token]!) - logSumExp,
        probability: unnormalized[token]! / sum,
      });
      const { tokens, batchIndex = 0 } = context;
      const token = sampleIndex(
        unnormalized,
        logits.length,
        sum * fineUniformAt(seed, `sampler.${batchIndex}`, tokens.length),
      );
      return { ...choice(token), topLogprobs: ids.map(choice) };
    },
  };
}

/** The lowest id of the largest logit; throws when none can be chosen. */
function argmax(row: Float32Array): number {
  const max = maximum(row);
  if (!(max > -Infinity)) softmax(row); // says what is wrong
  return row.indexOf(max);
}

/** The options without those that leave the likeliest token what it is. */
function greedyOptions(options: PipelineOptions): PipelineOptions {
  const draws = ['temperature', 'renormalizeLogits', ...filterNames()];
  return Object.fromEntries(Object.entries(options).filter(([name]) => !draws.includes(name)));
}

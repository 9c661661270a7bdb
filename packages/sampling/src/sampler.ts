import { expectInteger, expectOption, samplingError } from './errors.js';
import type { PipelineOptions, SamplerOptions, StrictOptions } from './options.js';
import { expectOptionNames, filterNames, pipeline } from './pipeline.js';
import { runInPlace, type SequenceContext } from './processor.js';
import { expectSeed, fineUniformAt, randomSeed } from './random.js';
import { sampleIndex } from './sample-index.js';
import { topIndices } from './select.js';
import { maximum, softmax } from './softmax.js';

/** A token with its probabilities. */
export interface Choice {
  readonly token: number;
  /** Natural log of its probability under the model: softmax of the logits before any processor. */
  readonly logprob: number;
  /** Its probability after all processors: the probability with which it is drawn. */
  readonly probability: number;
}

/** The chosen token, and the tokens that the model finds most likely, most likely first, ties by lowest id. */
export interface Sample extends Choice {
  readonly topLogprobs: readonly Choice[];
}

/** What a greedy choice needs of a row of logits, where a backend has found it; with processors also the row. */
export interface LargestLogits {
  /** The indices of the largest logits, largest first, ties by lowest index. */
  readonly ids: readonly number[];
  /** The logits of `ids`. */
  readonly values: readonly number[];
  /** The logarithm of the sum of exp(logit) over the row. */
  readonly logSumExp: number;
  /** The lowest id with the largest of the logits that a mask allows, where one was asked for. */
  readonly allowed?: { readonly id: number; readonly value: number } | undefined;
}

/** Chooses tokens. It keeps no state of a sequence, so sequences and steps may come in any order. */
export interface Sampler {
  /**
   * Chooses the next token from `logits` [vocab], unchanged; throws if one is NaN or Infinity or none can be chosen.
   * With the `largestLogits` largest of them, where a backend has found these, a greedy choice needs no softmax.
   */
  next(logits: ArrayLike<number>, context: SequenceContext, largest?: LargestLogits): Sample;
  /** How many of the largest logits, and their log-sum-exp, spare it work; undefined if they do not. */
  readonly largestLogits: number | undefined;
  /** Whether it reads the whole row even so; otherwise `nextOf` chooses from the largest logits alone. */
  readonly readsRow: boolean;
  /** The mask of the tokens of which `nextOf` needs the largest logit; undefined if it needs none. */
  readonly tokenMask: ((context: SequenceContext) => Uint32Array) | undefined;
  /**
   * Chooses the next token from the `largestLogits` largest ones, and with a `tokenMask` the largest allowed one, as
   * `next` does from all.
   */
  nextOf(largest: LargestLogits): Sample;
  /**
   * The seed of its draws, the caller's or a new one; it draws the same tokens again. Undefined for a greedy choice.
   */
  readonly seed: number | undefined;
}

/**
 * Makes a sampler: it runs the processors in the order of `pipeline`, then draws a token; at temperature 0, or without
 * a temperature, it takes the most likely one. Without a seed it picks a new one, which `seed` reports. The random
 * number is a hash of the seed, the batch index and the position. So the same seed gives the same tokens on any
 * backend, sequences do not influence each other, and a text continued later goes on as if it had never stopped. Throws
 * for an unknown option or a value out of range.
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
    expectOption(idle === undefined, 'temperature', undefined, `given beside ${idle}, which a greedy choice ignores`);
  }
  // The output of a caller's own processors goes through softmax, which checks it.
  const isGreedy = !rest.temperature && !rest.processors;
  const checked = pipeline({ ...rest, temperature: rest.temperature ?? 0 });
  const processors = isGreedy ? pipeline(greedyOptions(rest)) : checked;
  const tokenMask = isGreedy && processors.length === 1 ? rest.tokenMask : undefined;
  const choose = isGreedy
    ? (row: Float32Array, _: SequenceContext, max: number) => {
        const token = processors.length === 0 ? row.indexOf(max) : argmax(row);
        return { token, probabilityOf: (id: number) => (id === token ? 1 : 0) };
      }
    : (row: Float32Array, { tokens, batchIndex = 0 }: SequenceContext) => {
        const { unnormalized, sum } = softmax(row);
        const uniform = fineUniformAt(seed, `sampler.${batchIndex}`, tokens.length);
        const token = sampleIndex(unnormalized, row.length, sum * uniform);
        return { token, probabilityOf: (id: number) => unnormalized[id]! / sum };
      };
  let row = new Float32Array(0);
  return {
    seed: rest.temperature ? seed : undefined,
    largestLogits: isGreedy ? Math.max(topLogprobs, 1) : undefined,
    readsRow: !isGreedy || processors.length > (tokenMask ? 1 : 0),
    tokenMask,
    nextOf({ ids, values, logSumExp, allowed }) {
      const chosen = tokenMask ? allowed : { id: ids[0]!, value: values[0]! };
      if (!chosen) throw samplingError('logits', 'nextOf needs the largest logit that tokenMask allows');
      const choiceOf = (token: number, logit: number): Choice => {
        return { token, logprob: logit - logSumExp, probability: token === chosen.id ? 1 : 0 };
      };
      const topIds = ids.slice(0, topLogprobs);
      return { ...choiceOf(chosen.id, chosen.value), topLogprobs: topIds.map((id, i) => choiceOf(id, values[i]!)) };
    },
    next(logits, context, largest) {
      if (row.length !== logits.length) row = new Float32Array(logits.length);
      row.set(logits);
      const isKnown = isGreedy && largest !== undefined && Number.isFinite(largest.logSumExp);
      const { logSumExp, max } = isKnown ? { logSumExp: largest.logSumExp, max: largest.values[0]! } : softmax(row);
      const ids = isKnown ? largest.ids.slice(0, topLogprobs) : topIndices(row, topLogprobs);
      const { token, probabilityOf } = choose(runInPlace(processors, row, context), context, max);
      const choice = (id: number): Choice => {
        return { token: id, logprob: Math.fround(logits[id]!) - logSumExp, probability: probabilityOf(id) };
      };
      return { ...choice(token), topLogprobs: ids.map(choice) };
    },
  };
}

/** The lowest id of the largest logit; throws if none can be chosen. */
function argmax(row: Float32Array): number {
  const max = maximum(row);
  if (!(max > -Infinity)) softmax(row); // throws the error that says why
  return row.indexOf(max);
}

/** The options without those that cannot change which token is the most likely. */
function greedyOptions(options: PipelineOptions): PipelineOptions {
  const draws = ['temperature', 'renormalizeLogits', ...filterNames()];
  return Object.fromEntries(Object.entries(options).filter(([name]) => !draws.includes(name)));
}

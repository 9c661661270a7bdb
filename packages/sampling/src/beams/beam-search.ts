import { samplingError } from '../errors.js';
import {
  type Beam,
  extend,
  type Hypotheses,
  type Hypothesis,
  hypothesis,
  isReachable,
  largest,
  lowestScore,
} from './beam.js';
import { beamHypotheses } from './beam-hypotheses.js';
import { continuationsOf, type Group } from './continuations.js';
import { groupBeamHypotheses } from './group-beam-hypotheses.js';
import { type BeamOptions, type BeamSettings, settingsOf } from './options.js';

/**
 * Logits of all rows, [batch · beams, vocab], or a function from a row to its logits [vocab], which is asked for `search.activeSequences` alone.
 * They are read during the step and not changed.
 */
export type Logits = Float32Array | ((row: number) => Float32Array);

/** What one step did, by row: row `prompt · beams + beam`, [batch · beams]. */
export interface BeamStep {
  /** Counts the steps from 0. */
  readonly index: number;
  /** The token that each row takes; `padTokenId` where a prompt (or a group) is done. */
  readonly tokens: Int32Array;
  /** The row that each row continues: put the cache in this order, then feed `tokens`. Rows that are done stay where they are. */
  readonly parents: Int32Array;
  /** Sum of each row's log-probabilities after the processors; 0 where it is done, around -1e9 where it only holds a place. */
  readonly sums: Float32Array;
  /** Natural log of each token's probability as the model gave it; 0 where the row is done. */
  readonly logprobs: Float32Array;
  /** By prompt: what ended in this step and is among the best so far. */
  readonly finished: readonly (readonly Hypothesis[])[];
}

/** A beam search on its way: ask `activeSequences` of the model, give their logits to `step`, until `done`. */
export interface BeamSearch {
  /** Whether all prompts are done. */
  readonly done: boolean;
  /**
   * The rows whose logits the next step reads. Before the first step the beams of a prompt are the same, so it is the first row of
   * each; later all rows of the prompts (and groups) that are not done.
   */
  readonly activeSequences: readonly number[];
  /** Takes the logits that follow the tokens of each row; throws when one is NaN or Infinity or the search is done. */
  step(logits: Logits): BeamStep;
  /** By prompt: the best texts that have ended, best first, up to `numReturnSequences`: fewer before the search is done, and where there are none. */
  results(): Hypothesis[][];
}

/** One prompt: its beams, group after group, and what ended. */
interface PromptSearch {
  readonly prompt: number;
  beams: Beam[];
  readonly outcomes: readonly Hypotheses[];
  readonly isDone: boolean[];
  readonly context: Group['context'];
}

/**
 * Searches for the most likely continuations of each prompt, keeping `numBeams` of them in each step (Freitag and Al-Onaizan 2017,
 * arXiv:1702.01806), as `_beam_search` of Hugging Face transformers 5 does; with `numBeamGroups` diverse beam search (Vijayakumar et al.
 * 2016, arXiv:1610.02424) as its version 4. It knows no model and no tensor. Prompts may differ in length and do not depend on each
 * other. For an encoder-decoder a prompt is what its decoder starts with, and `encoderTokens` what its encoder read, by prompt.
 *
 * The processors see log-probabilities, natural logs of softmax(logits). Of equal sums that of the lower row and then of the lower
 * token is taken, which the reference leaves to its hardware. Throws for an unknown or unfit option.
 */
export function beamSearch(
  options: BeamOptions,
  prompts: readonly (readonly number[])[],
  encoderTokens?: readonly (readonly number[])[],
): BeamSearch {
  const settings = settingsOf(options);
  const { numBeams, groupSize, numReturnSequences, padTokenId } = settings;
  if (encoderTokens && encoderTokens.length !== prompts.length) {
    const text = `encoderTokens are ${encoderTokens.length} rows; there are ${prompts.length} prompts`;
    throw samplingError('option', text);
  }
  const texts = prompts.map((tokens, prompt) => promptSearchOf(settings, tokens, prompt, encoderTokens?.[prompt]));
  const find = continuationsOf(settings);
  const total = prompts.length * numBeams;
  let index = 0;

  const isDone = ({ isDone }: PromptSearch): boolean => isDone.every(Boolean);
  /** Before the first step the beams of a prompt share its first row. */
  const rowOf = (prompt: number, beam: number): number => prompt * numBeams + (index === 0 ? 0 : beam);
  const activeSequences = (): number[] => {
    const open = texts.flatMap(({ prompt, beams, isDone }) =>
      beams.flatMap((_, beam) => (isDone[Math.floor(beam / groupSize)] ? [] : [rowOf(prompt, beam)])),
    );
    return [...new Set(open)];
  };

  return {
    get done() {
      return texts.every(isDone);
    },
    get activeSequences() {
      return activeSequences();
    },
    step(logits) {
      if (texts.every(isDone)) {
        throw samplingError('option', `step was called on a search that is done, after ${index} steps; see results()`);
      }
      const read = reader(logits, total, numBeams);
      const step = {
        index,
        tokens: new Int32Array(total).fill(padTokenId),
        parents: Int32Array.from({ length: total }, (_, row) => row),
        sums: new Float32Array(total),
        logprobs: new Float32Array(total),
        finished: texts.map((): Hypothesis[] => []),
      };
      for (const text of texts) {
        const { prompt, outcomes, context } = text;
        const next = [...text.beams];
        const earlierTokens: number[] = [];
        for (const [group, outcome] of outcomes.entries()) {
          const first = group * groupSize;
          if (text.isDone[group]) {
            for (let i = 0; i < groupSize; i++) earlierTokens.push(padTokenId); // as in the reference, a group that is done counts its padding
            continue;
          }
          const own = text.beams.slice(first, first + groupSize);
          const best = find(
            { beams: own, beamIndices: own.map((_, i) => rowOf(prompt, first + i)), earlierTokens, context },
            read,
          );
          const finishedBefore = outcome.finished;
          const running = outcome.update(best, index + 1);
          step.finished[prompt]!.push(...outcome.finished.filter(each => !finishedBefore.includes(each)));
          earlierTokens.push(...running.map(({ token }) => token));
          text.isDone[group] = outcome.done || !isReachable(running[0]!);
          for (const [i, continuation] of running.entries()) {
            next[first + i] = extend(continuation);
            if (text.isDone[group]) continue;
            const row = prompt * numBeams + first + i;
            step.tokens[row] = continuation.token;
            step.parents[row] = continuation.beamIndex;
            step.sums[row] = continuation.sum;
            step.logprobs[row] = continuation.logprob;
          }
        }
        text.beams = next;
        if (isDone(text) && outcomes.every(({ finished }) => finished.length === 0)) {
          const left = `prompt ${prompt} has no text that ends: ${index} tokens after it none is left to be chosen`;
          throw samplingError('logits', left);
        }
      }
      index++;
      return step;
    },
    results: () =>
      texts.map(({ outcomes }) => {
        const finished = [...outcomes].reverse().flatMap(outcome => outcome.finished); // of equal ones the later group's
        return largest(finished, numReturnSequences, ({ score }) => score);
      }),
  };
}

/** A prompt before the first step; one with no room for a token is its own and only result. */
function promptSearchOf(
  settings: BeamSettings,
  tokens: readonly number[],
  prompt: number,
  encoderTokens: readonly number[] | undefined,
): PromptSearch {
  const { numBeamGroups, groupSize, numBeams, maxNewTokens, maxLength } = settings;
  if (tokens.length > maxLength) {
    throw samplingError('option', `prompt ${prompt} of ${tokens.length} tokens is longer than maxLength, ${maxLength}`);
  }
  const tokensLeft = Math.min(maxNewTokens, maxLength - tokens.length);
  const start = (sum: number): Beam => ({ tokens: [...tokens], beamIndices: [], logprobs: [], sum });
  const alone: Hypotheses = { done: true, finished: [hypothesis(start(0), 0, 'length')], update: () => [] };
  const outcome = () =>
    tokensLeft === 0
      ? alone
      : numBeamGroups > 1
        ? groupBeamHypotheses(settings, tokensLeft)
        : beamHypotheses(settings, tokensLeft);
  const outcomes = Array.from({ length: tokensLeft === 0 ? 1 : numBeamGroups }, outcome);
  return {
    prompt,
    // All beams but the first of a group hold a place: the first step continues one prompt, not the same one several times.
    beams: Array.from({ length: numBeams }, (_, beam) => start(beam % groupSize === 0 ? 0 : lowestScore)),
    outcomes,
    isDone: Array.from({ length: numBeamGroups }, () => tokensLeft === 0),
    context: { promptLength: tokens.length, ...(encoderTokens && { encoderTokens }) },
  };
}

/** Reads the logits of a row, and checks that all rows are equally long. */
function reader(logits: Logits, total: number, beams: number): (row: number) => Float32Array {
  if (typeof logits !== 'function') {
    const vocab = logits.length / total;
    if (!Number.isInteger(vocab)) {
      const text = `${logits.length} logits are not ${total} rows (${total / beams} prompts · ${beams} beams) of equal length`;
      throw samplingError('logits', text);
    }
    return row => logits.subarray(row * vocab, (row + 1) * vocab);
  }
  let first: { row: number; vocab: number } | undefined;
  return row => {
    const values = logits(row);
    first ??= { row, vocab: values.length };
    if (values.length !== first.vocab) {
      const text = `row ${row} has ${values.length} logits; row ${first.row} has ${first.vocab}`;
      throw samplingError('logits', text);
    }
    return values;
  };
}

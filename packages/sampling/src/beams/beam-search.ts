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
 * The logits of all rows, [batch · beams, vocab], or a function from a row to its logits [vocab], called only for rows
 * in `activeSequences`. They are read during the step and not changed.
 */
export type Logits = Float32Array | ((row: number) => Float32Array);

/** The result of one step; row `prompt · beams + beam` of [batch · beams] belongs to that prompt and beam. */
export interface BeamStep {
  /** The number of this step, from 0. */
  readonly index: number;
  /** The token that each row takes; `padTokenId` if its prompt (or group) is done. */
  readonly tokens: Int32Array;
  /**
   * The row that each row continues: reorder the cache by it, then feed `tokens`. A row that is done keeps its index.
   */
  readonly parents: Int32Array;
  /** Sum of each row's log-probabilities after the processors; 0 if it is done, about -1e9 for a placeholder beam. */
  readonly sums: Float32Array;
  /** Natural log of each token's probability under the model; 0 if the row is done. */
  readonly logprobs: Float32Array;
  /** For each prompt, the texts that finished in this step and are among its best so far. */
  readonly finished: readonly (readonly Hypothesis[])[];
}

/** A running beam search: compute logits for `activeSequences` and pass them to `step`, until `done`. */
export interface BeamSearch {
  /** Whether all prompts are done. */
  readonly done: boolean;
  /**
   * The rows whose logits the next step reads: all rows of prompts (and groups) that are not done. Before the first
   * step the beams of a prompt are equal, so only the first row of each prompt.
   */
  readonly activeSequences: readonly number[];
  /** Takes the logits after the tokens of each row; throws if one is NaN or Infinity, or if the search is done. */
  step(logits: Logits): BeamStep;
  /**
   * For each prompt, its best finished texts, best first, at most `numReturnSequences`; fewer if fewer are finished.
   */
  results(): Hypothesis[][];
}

/** The search of one prompt: its beams, group after group, and the finished texts of each group. */
interface PromptSearch {
  readonly prompt: number;
  beams: Beam[];
  readonly hypotheses: readonly Hypotheses[];
  readonly isDone: boolean[];
  readonly context: Group['context'];
}

/**
 * Beam search: looks for the most likely continuations of each prompt, keeping `numBeams` of them in each step (Freitag
 * and Al-Onaizan 2017, arXiv:1702.01806), as `_beam_search` of Hugging Face transformers 5. With `numBeamGroups` it is
 * diverse beam search (Vijayakumar et al. 2016, arXiv:1610.02424), as in version 4. It knows no model and no tensor.
 * Prompts, [batch][length], may differ in length and do not influence each other. For an encoder-decoder a prompt is
 * the start of the decoder, and `encoderTokens` are the ids that the encoder read, for each prompt.
 *
 * The processors see log-probabilities, natural logs of softmax(logits). Ties go to the lower row, then to the lower
 * token; the reference leaves them to its hardware. Throws for an unknown option or a value out of range.
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
  /** The row of a beam; before the first step the beams of a prompt share its first row. */
  const rowOf = (prompt: number, beam: number): number => prompt * numBeams + (index === 0 ? 0 : beam);

  return {
    get done() {
      return texts.every(isDone);
    },
    get activeSequences() {
      const open = texts.flatMap(({ prompt, beams, isDone }) =>
        beams.flatMap((_, beam) => (isDone[Math.floor(beam / groupSize)] ? [] : [rowOf(prompt, beam)])),
      );
      return [...new Set(open)];
    },
    step(logits) {
      if (texts.every(isDone)) {
        throw samplingError('option', `the search is done after ${index} steps; see results()`);
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
        const { prompt, hypotheses, context } = text;
        const next = [...text.beams];
        const earlierTokens: number[] = [];
        for (const [group, groupHypotheses] of hypotheses.entries()) {
          const first = group * groupSize;
          if (text.isDone[group]) {
            // As in the reference, the padding of a group that is done counts.
            for (let i = 0; i < groupSize; i++) earlierTokens.push(padTokenId);
            continue;
          }
          const own = text.beams.slice(first, first + groupSize);
          const best = find(
            { beams: own, beamIndices: own.map((_, i) => rowOf(prompt, first + i)), earlierTokens, context },
            read,
          );
          const finishedBefore = groupHypotheses.finished;
          const running = groupHypotheses.update(best, index + 1);
          step.finished[prompt]!.push(...groupHypotheses.finished.filter(each => !finishedBefore.includes(each)));
          earlierTokens.push(...running.map(({ token }) => token));
          text.isDone[group] = groupHypotheses.done || !isReachable(running[0]!);
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
        if (isDone(text) && hypotheses.every(({ finished }) => finished.length === 0)) {
          const text = `prompt ${prompt} has no finished text: after ${index} tokens none can be chosen`;
          throw samplingError('logits', text);
        }
      }
      index++;
      return step;
    },
    results: () =>
      texts.map(({ hypotheses }) => {
        const finished = [...hypotheses].reverse().flatMap(group => group.finished); // ties put the later group first
        return largest(finished, numReturnSequences, ({ score }) => score);
      }),
  };
}

/** The search of a prompt before the first step. A prompt that may get no new token is its own and only result. */
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
  const promptAlone: Hypotheses = { done: true, finished: [hypothesis(start(0), 0, 'length')], update: () => [] };
  const hypothesesOf = numBeamGroups > 1 ? groupBeamHypotheses : beamHypotheses;
  const hypotheses =
    tokensLeft === 0 ? [promptAlone] : Array.from({ length: numBeamGroups }, () => hypothesesOf(settings, tokensLeft));
  return {
    prompt,
    // All beams of a group but the first are placeholders: the first step continues one prompt, not copies of it.
    beams: Array.from({ length: numBeams }, (_, beam) => start(beam % groupSize === 0 ? 0 : lowestScore)),
    hypotheses,
    isDone: Array.from({ length: numBeamGroups }, () => tokensLeft === 0),
    context: { promptLength: tokens.length, ...(encoderTokens && { encoderTokens }) },
  };
}

/** Makes a function that reads the logits of a row and checks that all rows have the same length. */
function reader(logits: Logits, total: number, beams: number): (row: number) => Float32Array {
  if (typeof logits !== 'function') {
    const vocab = logits.length / total;
    if (!Number.isInteger(vocab)) {
      const rows = `${total} rows (${total / beams} prompts · ${beams} beams) of equal length`;
      throw samplingError('logits', `${logits.length} logits are not ${rows}`);
    }
    return row => logits.subarray(row * vocab, (row + 1) * vocab);
  }
  let first: { row: number; vocab: number } | undefined;
  return row => {
    const values = logits(row);
    first ??= { row, vocab: values.length };
    if (values.length !== first.vocab) {
      const other = `row ${first.row} has ${first.vocab}`;
      throw samplingError('logits', `row ${row} has ${values.length} logits; ${other}`);
    }
    return values;
  };
}

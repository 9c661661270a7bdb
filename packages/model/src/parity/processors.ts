import {
  applyProcessors,
  badWordsIds,
  beginSuppressTokens,
  epsilonCutoff,
  etaCutoff,
  forcedBosTokenId,
  forcedEosTokenId,
  minLength,
  minNewTokens,
  minP,
  noRepeatNgramSize,
  type Processor,
  repetitionPenalty,
  type SequenceBias,
  sequenceBias,
  suppressTokens,
  temperature,
  topK,
  topP,
  typicalP,
} from '@residual/sampling';
import { ResidualError } from '@residual/tensor';
import type { Golden } from './golden.js';
import type { Outputs } from './outputs.js';

/** A processor, and the prompt length if it is an argument of the reference. */
interface ProcessorCase {
  readonly process: Processor;
  readonly promptLength?: number;
}

// The arguments are those of a JSON file; each processor checks its own.
type Arguments = readonly never[];

/** The processors by the reference's class names; the arguments are in its order. */
const processorsByClass: Readonly<Record<string, (...values: Arguments) => ProcessorCase>> = {
  TemperatureLogitsWarper: value => ({ process: temperature(value) }),
  TopKLogitsWarper: value => ({ process: topK(value) }),
  TopPLogitsWarper: value => ({ process: topP(value) }),
  MinPLogitsWarper: value => ({ process: minP(value) }),
  TypicalLogitsWarper: value => ({ process: typicalP(value) }),
  EpsilonLogitsWarper: value => ({ process: epsilonCutoff(value) }),
  EtaLogitsWarper: value => ({ process: etaCutoff(value) }),
  RepetitionPenaltyLogitsProcessor: value => ({ process: repetitionPenalty(value) }),
  NoRepeatNGramLogitsProcessor: value => ({ process: noRepeatNgramSize(value) }),
  NoBadWordsLogitsProcessor: (words, eos) => ({ process: badWordsIds(words, eos) }),
  MinLengthLogitsProcessor: (length, eos) => ({ process: minLength(length, eos) }),
  MinNewTokensLengthLogitsProcessor: (promptLength, count, eos) => ({
    process: minNewTokens(count, eos),
    promptLength,
  }),
  ForcedBOSTokenLogitsProcessor: token => ({ process: forcedBosTokenId(token) }),
  ForcedEOSTokenLogitsProcessor: (maxLength, tokens) => ({ process: forcedEosTokenId({ maxLength, tokens }) }),
  SuppressTokensLogitsProcessor: tokens => ({ process: suppressTokens(tokens) }),
  SuppressTokensAtBeginLogitsProcessor: (tokens, promptLength) => ({
    process: beginSuppressTokens(tokens),
    promptLength,
  }),
  SequenceBiasLogitsProcessor: (bias: readonly SequenceBias[]) => ({ process: sequenceBias(bias) }),
};

/** The processors named by `golden.json`: class and arguments by output. */
export type ProcessorSettings = Readonly<Record<string, readonly [name: string, values: Arguments]>>;

/** The settings of `golden.json` if it names processors; undefined if it belongs to a checkpoint. */
export function processorSettings(settings: Readonly<Record<string, unknown>>): ProcessorSettings | undefined {
  const entries = Object.values(settings);
  const areProcessors = entries.every(
    entry => Array.isArray(entry) && typeof entry[0] === 'string' && Array.isArray(entry[1]),
  );
  return areProcessors && entries.length > 0 ? (settings as ProcessorSettings) : undefined;
}

/**
 * The output of each processor for `logits` [rows, vocab] after `input_ids` [rows, length]; the lowest float32 stands
 * for -Infinity.
 */
export async function processorOutputs(golden: Golden, settings: ProcessorSettings): Promise<Outputs> {
  const [tokens, logits] = [await golden.rows('input_ids'), await golden.rows('logits')];
  const outputs: Outputs = new Map();
  for (const [name, [type, values]] of Object.entries(settings)) {
    const make = processorsByClass[type];
    if (!make) {
      throw new ResidualError(
        'parity',
        `parity: processor ${type} is not known; known are ${Object.keys(processorsByClass).join(', ')}`,
      );
    }
    const { process, promptLength = tokens[0]!.length } = make(...values);
    const rows = logits.map((row, i) =>
      applyProcessors([process], row, { tokens: tokens[i]!, promptLength, batchIndex: i }),
    );
    const data = rows.flatMap(row => Array.from(row, logit => Math.max(logit, lowest)));
    outputs.set(name, { shape: [rows.length, rows[0]!.length], data });
  }
  return outputs;
}

/** The lowest float32. */
const lowest = -3.4028234663852886e38;

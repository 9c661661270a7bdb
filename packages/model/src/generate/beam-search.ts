import { yieldToEventLoop } from '@residual/base';
import type { ProcessorOptions } from '@residual/sampling';
import {
  type BeamOptions,
  type BeamSearch,
  type BeamStep,
  beamSearch,
  type Hypothesis,
} from '@residual/sampling/beams';
import { fromGenerationConfig } from '@residual/sampling/generation-config';
import { expectOptions, ResidualError, showValue } from '@residual/tensor';
import { type Ablation, ablationScope } from '../ablation.js';
import { expectFunction, expectSignal } from '../arguments.js';
import type { DecodeSession } from './decode-session.js';
import { type DecodeModel, isWorthCompacting } from './generate.js';
import type { Generation } from './generation.js';
import { beamSearchNames } from './option-names.js';
import { checkPrompts, type GenerationConfig, maxLengthOf, maxNewTokensOf } from './options.js';
import { prefillOrStep } from './prefill-or-step.js';

/** The options of `beamSearch`; options left out follow `generation_config.json`. */
export interface BeamSearchOptions extends Omit<ProcessorOptions, 'eosTokenId'> {
  /** How many beams the search keeps for each prompt; default as in `generation_config.json`, else 4. */
  readonly numBeams?: number | undefined;
  /** How many texts it returns for each prompt; default 1. */
  readonly numReturnSequences?: number | undefined;
  /** score = sum of log-probabilities / newTokens^lengthPenalty; default 1. */
  readonly lengthPenalty?: number | undefined;
  /**
   * When the search of a prompt stops. true: as soon as `numBeams` texts are finished. false, the default: when the
   * best beam, finished now, would not be better than the worst of them. 'never': when it could not become better at
   * any length.
   */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** Diverse beam search: a token that an earlier group chose in a step costs a later group `diversityPenalty`. */
  readonly numBeamGroups?: number | undefined;
  /** Subtracted from the score of a token for each earlier group that chose it in this step. */
  readonly diversityPenalty?: number | undefined;
  /** End tokens; default those of `generation_config.json`, none if empty. */
  readonly eosTokenId?: readonly number[] | undefined;
  /** How many tokens may follow the prompt, as in `generate`. */
  readonly maxNewTokens?: number | undefined;
  /** How many tokens a text may have, prompt included, as in `generate`. */
  readonly maxLength?: number | undefined;
  /** Tensors, or heads of them, that are set to zero, as in `generate`. */
  readonly ablate?: readonly Ablation[] | undefined;
  /** Whether the text leaves out special tokens; default true. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** Ends the search before the next step; the call rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A text that a beam search found. */
export interface BeamResult extends Hypothesis {
  /** The new text, without prompt or end token. */
  readonly text: string;
}

/** One beam after a step. */
export interface BeamState {
  /** The token that it took. */
  readonly token: number;
  /** The beam of the same prompt that it continues. */
  readonly parent: number;
  /** Sum of the log-probabilities of its tokens. */
  readonly sum: number;
  /** Natural log of the token's probability under the model. */
  readonly logprob: number;
}

/** The result of one step of a beam search, by prompt. */
export interface BeamSearchStep {
  /** The number of this step, from 0. */
  readonly index: number;
  /** The beams that continue; none for a prompt that is done. */
  readonly beams: readonly (readonly BeamState[])[];
  /** The texts that finished in this step and are among the best so far. */
  readonly finished: readonly (readonly BeamResult[])[];
}

/** A beam search to run: iterate over its steps, or call `result()`. */
export type BeamSearchGeneration<Whole> = Generation<Whole, BeamSearchStep, readonly (readonly BeamResult[])[]>;

/**
 * Runs a beam search over all prompts, [batch][length], at once. Yields its steps and returns the texts found for each
 * prompt, best first. `sources` are the ids that an encoder-decoder read, for each prompt.
 */
export async function* beamSearchSequences(
  model: DecodeModel,
  prompts: readonly (readonly number[])[],
  options: BeamSearchOptions,
  sources?: readonly (readonly number[])[],
): AsyncGenerator<BeamSearchStep, BeamResult[][]> {
  model.check();
  expectOptions('beamSearch', options, beamSearchNames);
  const { signal, skipSpecialTokens } = options;
  expectSignal('beamSearch', signal);
  expectFunction('beamSearch', 'allowedTokens', options.allowedTokens);
  const maxLength = maxLengthOf(options, model);
  const longest = checkPrompts('beamSearch', model.vocab, maxLength, prompts);
  const settings = beamSettings(model, options, prompts, maxLength);
  const search = beamSearch(settings, prompts, sources);
  const { numBeams } = settings;
  const withText = (hypothesis: Hypothesis): BeamResult => {
    const { newTokens, finishReason } = hypothesis;
    const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
    return { ...hypothesis, text: model.tokenizer?.decode(tokens, { skipSpecialTokens }) ?? '' };
  };
  const yieldTurn = async () => {
    await yieldToEventLoop(signal);
    model.check();
  };
  const ablation = ablationScope('beamSearch', options.ablate);
  let sequences: BeamSequence[] = prompts.map(tokens => ({ tokens: [...tokens], finishReason: undefined }));
  let session: DecodeSession | undefined;
  let activePrompts: number[] = []; // the prompts whose sequences the session holds
  const activeSequencesOf = (times: number) =>
    activePrompts.flatMap(prompt => sequences.slice(prompt * times, (prompt + 1) * times));
  const paddingOf = (times: number) =>
    activePrompts.flatMap(i => Array<number>(times).fill(longest - prompts[i]!.length));
  const sessionRowOf = (row: number) => activePrompts.indexOf(Math.floor(row / numBeams)) * numBeams + (row % numBeams);
  try {
    while (!search.done) {
      await yieldTurn();
      let step: BeamStep;
      try {
        // Before the first step the beams of a prompt share one sequence.
        const times = sequences.length / prompts.length;
        if (!session) activePrompts = prompts.map((_, i) => i);
        const startOptions = {
          maxLength,
          padding: paddingOf(times),
          beams: times,
          scope: ablation.scope,
          yieldTurn,
        };
        session ??= await model.startSession(startOptions);
        const fixedShapes = model.fixedShapes();
        const active = new Set(search.activeSequences.map(row => Math.floor(row / numBeams)));
        const open = activePrompts.filter(prompt => active.has(prompt));
        if (!fixedShapes && isWorthCompacting(open.length, activePrompts.length)) {
          session.compact(open.map(prompt => activePrompts.indexOf(prompt)));
          activePrompts = open;
        }
        const output = await prefillOrStep(
          session,
          activeSequencesOf(times),
          paddingOf(times),
          fixedShapes,
          undefined,
          signal,
        );
        ablation.expectUsed();
        step = search.step(row => output.logits(Math.floor((sessionRowOf(row) * times) / numBeams)));
        if (times < numBeams) {
          sequences = sequences.flatMap(sequence => Array.from({ length: numBeams }, () => sequence));
          session.repeat(numBeams);
        }
      } catch (error) {
        session?.dispose();
        session = undefined;
        if (!(await model.recover(error, signal))) throw error;
        continue; // the beams are fed again from the start
      }
      const { parents, tokens } = step;
      sequences = sequences.map((_, row) => ({
        tokens: [...sequences[parents[row]!]!.tokens, tokens[row]!],
        finishReason: undefined,
      }));
      session.reorder(
        activePrompts.flatMap(prompt =>
          Array.from(parents.subarray(prompt * numBeams, (prompt + 1) * numBeams), sessionRowOf),
        ),
      );
      yield stepOf(step, search, numBeams, withText);
    }
    return search.results().map(hypotheses => hypotheses.map(withText));
  } finally {
    session?.dispose();
  }
}

/** The tokens of one beam so far, prompt included. */
interface BeamSequence {
  readonly tokens: number[];
  readonly finishReason: undefined;
}

function stepOf(
  { index, tokens, parents, sums, logprobs, finished }: BeamStep,
  search: BeamSearch,
  numBeams: number,
  withText: (hypothesis: Hypothesis) => BeamResult,
): BeamSearchStep {
  const active = new Set(search.activeSequences);
  return {
    index,
    beams: finished.map((_, prompt) => {
      const rows = Array.from({ length: numBeams }, (_, beam) => prompt * numBeams + beam).filter(row =>
        active.has(row),
      );
      return rows.map(row => ({
        token: tokens[row]!,
        parent: parents[row]! % numBeams,
        sum: sums[row]!,
        logprob: logprobs[row]!,
      }));
    }),
    finished: finished.map(hypotheses => hypotheses.map(withText)),
  };
}

function beamSettings(
  { generationConfig: config, eosTokenIds }: DecodeModel,
  options: BeamSearchOptions,
  prompts: readonly (readonly number[])[],
  maxLength: number,
): BeamOptions {
  const {
    signal: _signal,
    skipSpecialTokens: _skip,
    maxLength: _maxLength,
    ablate: _ablate,
    maxNewTokens,
    eosTokenId = eosTokenIds,
    ...callerOptions
  } = options;
  const number = (name: string) => numberOf(config, name);
  const newTokens = Math.max(...prompts.map(prompt => maxNewTokensOf({ maxNewTokens }, config, prompt.length)));
  const recommended = {
    ...config,
    do_sample: false,
    eos_token_id: eosTokenId.length > 0 ? [...eosTokenId] : undefined,
  };
  const numBeamGroups = countOf(config, 'num_beam_groups') ?? 1;
  const numBeams = countOf(config, 'num_beams') ?? 1;
  const fileOptions: Partial<Record<keyof BeamOptions, unknown>> = {
    numBeams: numBeams > 1 ? numBeams : 4,
    numReturnSequences: countOf(config, 'num_return_sequences'),
    lengthPenalty: number('length_penalty'),
    earlyStopping: config.early_stopping as boolean | 'never' | undefined,
    ...(numBeamGroups > 1 && { numBeamGroups, diversityPenalty: number('diversity_penalty') }),
    ...fromGenerationConfig(recommended, maxNewTokens),
  };
  const settings: Record<string, unknown> = {};
  for (const [name, value] of [...Object.entries(fileOptions), ...Object.entries(callerOptions)])
    if (value !== undefined && value !== null) settings[name] = value;
  return { ...settings, maxNewTokens: newTokens, maxLength } as unknown as BeamOptions;
}

/** The most beams that a file may ask for, since each has its own cache; a caller may ask for more. */
const maxBeams = 256;

function countOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= maxBeams))
    return value as number | undefined;
  return refuse(name, value, `a whole number from 1 to ${maxBeams}; beamSearch takes more by its options`);
}

function numberOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  return value === undefined || Number.isFinite(value)
    ? (value as number | undefined)
    : refuse(name, value, 'a number');
}

function refuse(name: string, value: unknown, wanted: string): never {
  throw new ResidualError(
    'option',
    `beamSearch: ${name} of generation_config.json is ${showValue(value)}; it must be ${wanted}`,
  );
}

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

/** Settings of a beam search; those left out follow `generation_config.json`. */
export interface BeamSearchOptions extends Omit<ProcessorOptions, 'eosTokenId'> {
  /** How many texts grow side by side; 4 where neither the call nor the file says. */
  readonly numBeams?: number | undefined;
  /** How many of them are results; 1 if absent. */
  readonly numReturnSequences?: number | undefined;
  /** score = sum of log-probabilities / new tokens^lengthPenalty; 1 if absent. */
  readonly lengthPenalty?: number | undefined;
  /** true: done when as many texts as beams have ended; false, the default: when none could become better by one more token; 'never': at any length. */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** Groups of beams that find different texts, each token of an earlier group costing a later one `diversityPenalty`. */
  readonly numBeamGroups?: number | undefined;
  /** What each use of a token by an earlier group takes off its score in a later one. */
  readonly diversityPenalty?: number | undefined;
  /** Tokens that end a text; those of `generation_config.json` if absent, none if empty. */
  readonly eosTokenId?: readonly number[] | undefined;
  /** How many tokens may follow the prompt; as in `generate`. */
  readonly maxNewTokens?: number | undefined;
  /** How long a text may become, prompt included; as in `generate`. */
  readonly maxLength?: number | undefined;
  /** Tensors, or heads of them, that are zero; as in `generate`. */
  readonly ablate?: readonly Ablation[] | undefined;
  /** Whether special tokens are left out of the text; true if absent. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** Ends the search before the next step, with its reason as the error. */
  readonly signal?: AbortSignal | undefined;
}

/** A text that a search has found. */
export interface BeamResult extends Hypothesis {
  /** The new text, without prompt and end token. */
  readonly text: string;
}

/** One beam after a step. */
export interface BeamState {
  /** The token it took. */
  readonly token: number;
  /** The beam of the same prompt that it continues. */
  readonly parent: number;
  /** Sum of the log-probabilities of its tokens. */
  readonly sum: number;
  /** Natural log of the token's probability as the model gave it. */
  readonly logprob: number;
}

/** What one step of a search did, by prompt. */
export interface BeamSearchStep {
  /** Counts the steps from 0. */
  readonly index: number;
  /** Beams that go on; none for a prompt that is done. */
  readonly beams: readonly (readonly BeamState[])[];
  /** Texts that ended in this step and are among the best so far. */
  readonly finished: readonly (readonly BeamResult[])[];
}

/** A search to be run: iterate over its steps, or ask for the whole. */
export type BeamSearchGeneration<Whole> = Generation<Whole, BeamSearchStep, readonly (readonly BeamResult[])[]>;

/** Steps of a search over all prompts at once; the return value is what was found, best first, by prompt. `sources` are what an encoder-decoder has read. */
export async function* beamSearchSequences(
  generator: DecodeModel,
  prompts: readonly (readonly number[])[],
  options: BeamSearchOptions,
  sources?: readonly (readonly number[])[],
): AsyncGenerator<BeamSearchStep, BeamResult[][]> {
  generator.check();
  expectOptions('beamSearch', options, beamSearchNames);
  const { signal, skipSpecialTokens } = options;
  expectSignal('beamSearch', signal);
  expectFunction('beamSearch', 'allowedTokens', options.allowedTokens);
  const maxLength = maxLengthOf(options, generator);
  const longest = checkPrompts('beamSearch', generator.vocab, maxLength, prompts);
  const settings = beamSettings(generator, options, prompts, maxLength);
  const search = beamSearch(settings, prompts, sources);
  const { numBeams } = settings;
  const withText = (found: Hypothesis): BeamResult => {
    const { newTokens, finishReason } = found;
    const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
    return { ...found, text: generator.tokenizer?.decode(tokens, { skipSpecialTokens }) ?? '' };
  };
  const yieldTurn = async () => {
    await yieldToEventLoop(signal);
    generator.check();
  };
  const ablation = ablationScope('beamSearch', options.ablate);
  let sequences: BeamSequence[] = prompts.map(tokens => ({ tokens: [...tokens], finishReason: undefined }));
  let session: DecodeSession | undefined;
  let activePrompts: number[] = []; // the prompts that the decoding holds
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
        const times = sequences.length / prompts.length; // before the first step the beams of a prompt are one row
        if (!session) activePrompts = prompts.map((_, i) => i);
        const startOptions = {
          maxLength,
          padding: paddingOf(times),
          beams: times,
          scope: ablation.scope,
          yieldTurn,
        };
        session ??= await generator.startSession(startOptions);
        const fixedShapes = generator.fixedShapes();
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
        if (!(await generator.recover(error, signal))) throw error;
        continue; // the beams are fed again from their beginning
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
    return search.results().map(found => found.map(withText));
  } finally {
    session?.dispose();
  }
}

/** A row on its way: its tokens, prompt included. */
interface BeamSequence {
  readonly tokens: number[];
  readonly finishReason: undefined;
}

function stepOf(
  { index, tokens, parents, sums, logprobs, finished }: BeamStep,
  search: BeamSearch,
  numBeams: number,
  withText: (found: Hypothesis) => BeamResult,
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
    finished: finished.map(found => found.map(withText)),
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

/** So many beams a file may ask for: each has a cache of its own. A caller may ask for more. */
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

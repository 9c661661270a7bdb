import { nextTurn } from '@residual/base';
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
import { advance } from './advance.js';
import { expectFunction, expectSignal } from './arguments.js';
import type { Decoding } from './decoding.js';
import { type Generator, isWorthLess } from './generate.js';
import { checkPrompts, type GenerationConfig, lengthOf, roomOf } from './generate-options.js';
import type { Generation } from './generation.js';
import { searchNames } from './option-names.js';
import { type Zeroed, zeroing } from './zeroing.js';

/** Settings of a beam search; those left out follow `generation_config.json`. */
export interface SearchOptions extends Omit<ProcessorOptions, 'eos'> {
  /** How many texts grow side by side; 4 where neither the call nor the file says. */
  readonly beams?: number | undefined;
  /** How many of them are results; 1 if absent. */
  readonly returned?: number | undefined;
  /** score = sum of log-probabilities / new tokens^lengthPenalty; 1 if absent. */
  readonly lengthPenalty?: number | undefined;
  /** true: done when as many texts as beams have ended; false, the default: when none could become better by one more token; 'never': at any length. */
  readonly earlyStopping?: boolean | 'never' | undefined;
  /** Groups of beams that find different texts, each token of an earlier group costing a later one `diversityPenalty`. */
  readonly groups?: number | undefined;
  /** What each use of a token by an earlier group takes off its score in a later one. */
  readonly diversityPenalty?: number | undefined;
  /** Tokens that end a text; those of `generation_config.json` if absent, none if empty. */
  readonly eos?: readonly number[] | undefined;
  /** How many tokens may follow the prompt; as in `generate`. */
  readonly maxNewTokens?: number | undefined;
  /** How long a text may become, prompt included; as in `generate`. */
  readonly positions?: number | undefined;
  /** Tensors, or heads of them, that are zero; as in `generate`. */
  readonly zeroed?: readonly Zeroed[] | undefined;
  /** Whether special tokens are left out of the text; true if absent. */
  readonly skipSpecialTokens?: boolean | undefined;
  /** Ends the search before the next step, with its reason as the error. */
  readonly signal?: AbortSignal | undefined;
}

/** A text that a search has found. */
export interface Found extends Hypothesis {
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
export interface SearchStep {
  /** Counts the steps from 0. */
  readonly index: number;
  /** Beams that go on; none for a prompt that is done. */
  readonly beams: readonly (readonly BeamState[])[];
  /** Texts that ended in this step and are among the best so far. */
  readonly finished: readonly (readonly Found[])[];
}

/** A search to be run: iterate over its steps, or ask for the whole. */
export type Search<Whole> = Generation<Whole, SearchStep, readonly (readonly Found[])[]>;

/** Steps of a search over all prompts at once; the return value is what was found, best first, by prompt. `sources` are what an encoder-decoder has read. */
export async function* searchRows(
  generator: Generator,
  prompts: readonly (readonly number[])[],
  options: SearchOptions,
  sources?: readonly (readonly number[])[],
): AsyncGenerator<SearchStep, Found[][]> {
  generator.check();
  expectOptions('beamSearch', options, searchNames);
  const { signal, skipSpecialTokens } = options;
  expectSignal('beamSearch', signal);
  expectFunction('beamSearch', 'allowedTokens', options.allowedTokens);
  const positions = roomOf(options, generator);
  const longest = checkPrompts('beamSearch', generator.vocab, positions, prompts);
  const settings = searchSettings(generator, options, prompts, positions);
  const search = beamSearch(settings, prompts, sources);
  const { beams } = settings;
  const named = (found: Hypothesis): Found => {
    const { newTokens, finishReason } = found;
    const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
    return { ...found, text: generator.tokenizer?.decode(tokens, { skipSpecialTokens }) ?? '' };
  };
  const giveWay = async () => {
    await nextTurn(signal);
    generator.check();
  };
  const zero = zeroing('beamSearch', options.zeroed);
  let rows: Text[] = prompts.map(tokens => ({ tokens: [...tokens], finish: undefined }));
  let decoding: Decoding | undefined;
  let fed: number[] = []; // the prompts that the decoding holds
  const rowsOf = (times: number) => fed.flatMap(prompt => rows.slice(prompt * times, (prompt + 1) * times));
  const paddingOf = (times: number) => fed.flatMap(i => Array<number>(times).fill(longest - prompts[i]!.length));
  const placeOf = (row: number) => fed.indexOf(Math.floor(row / beams)) * beams + (row % beams);
  try {
    while (!search.done) {
      await giveWay();
      let step: BeamStep;
      try {
        const times = rows.length / prompts.length; // before the first step the beams of a prompt are one row
        if (!decoding) fed = prompts.map((_, i) => i);
        const rowsBegun = { positions, padding: paddingOf(times), beams: times, scope: zero.scope, giveWay };
        decoding ??= await generator.begin(rowsBegun);
        const fixedShapes = generator.fixedShapes();
        const going = new Set(search.rows.map(row => Math.floor(row / beams)));
        const open = fed.filter(prompt => going.has(prompt));
        if (!fixedShapes && isWorthLess(open.length, fed.length)) {
          decoding.keep(open.map(prompt => fed.indexOf(prompt)));
          fed = open;
        }
        const seen = await advance(decoding, rowsOf(times), paddingOf(times), fixedShapes, undefined, signal);
        zero.expectUsed();
        step = search.step(row => seen.logits(Math.floor((placeOf(row) * times) / beams)));
        if (times < beams) {
          rows = rows.flatMap(row => Array.from({ length: beams }, () => row));
          decoding.repeat(beams);
        }
      } catch (error) {
        decoding?.dispose();
        decoding = undefined;
        if (!(await generator.recover(error, signal))) throw error;
        continue; // the beams are fed again from their beginning
      }
      const { parents, tokens } = step;
      rows = rows.map((_, row) => ({ tokens: [...rows[parents[row]!]!.tokens, tokens[row]!], finish: undefined }));
      decoding.reorder(
        fed.flatMap(prompt => Array.from(parents.subarray(prompt * beams, (prompt + 1) * beams), placeOf)),
      );
      yield stepOf(step, search, beams, named);
    }
    return search.results().map(found => found.map(named));
  } finally {
    decoding?.dispose();
  }
}

/** A row on its way: its tokens, prompt included. */
interface Text {
  readonly tokens: number[];
  readonly finish: undefined;
}

function stepOf(
  { index, tokens, parents, sums, logprobs, finished }: BeamStep,
  search: BeamSearch,
  beams: number,
  named: (found: Hypothesis) => Found,
): SearchStep {
  const going = new Set(search.rows);
  return {
    index,
    beams: finished.map((_, prompt) => {
      const rows = Array.from({ length: beams }, (_, beam) => prompt * beams + beam).filter(row => going.has(row));
      return rows.map(row => ({
        token: tokens[row]!,
        parent: parents[row]! % beams,
        sum: sums[row]!,
        logprob: logprobs[row]!,
      }));
    }),
    finished: finished.map(found => found.map(named)),
  };
}

function searchSettings(
  { generationConfig: config, ends }: Generator,
  options: SearchOptions,
  prompts: readonly (readonly number[])[],
  positions: number,
): BeamOptions {
  const { signal: _s, skipSpecialTokens: _k, positions: _p, zeroed: _z, maxNewTokens, eos = ends, ...given } = options;
  const number = (name: string) => numberOf(config, name);
  const newTokens = Math.max(...prompts.map(prompt => lengthOf({ maxNewTokens }, config, prompt.length)));
  const recommended = { ...config, do_sample: false, eos_token_id: eos.length > 0 ? [...eos] : undefined };
  const groups = countOf(config, 'num_beam_groups') ?? 1;
  const beams = countOf(config, 'num_beams') ?? 1;
  const asked = {
    beams: beams > 1 ? beams : 4,
    returned: countOf(config, 'num_return_sequences'),
    lengthPenalty: number('length_penalty'),
    earlyStopping: config.early_stopping as boolean | 'never' | undefined,
    ...(groups > 1 && { groups, diversityPenalty: number('diversity_penalty') }),
    ...fromGenerationConfig(recommended, maxNewTokens),
  };
  const settings: Record<string, unknown> = {};
  for (const [name, value] of [...Object.entries(asked), ...Object.entries(given)])
    if (value !== undefined && value !== null) settings[name] = value;
  return { ...settings, maxNewTokens: newTokens, maxLength: positions } as unknown as BeamOptions;
}

/** So many beams a file may ask for: each has a cache of its own. A caller may ask for more. */
const mostBeams = 256;

function countOf(config: GenerationConfig, name: string): number | undefined {
  const value = config[name] ?? undefined;
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= mostBeams))
    return value as number | undefined;
  return refuse(name, value, `a whole number from 1 to ${mostBeams}; beamSearch takes more by its options`);
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

import { uniformAt } from '@residual/base';
import {
  finishReason,
  logSumExp,
  type PipelineOptions,
  type ProcessorOptions,
  type SamplerOptions,
  sampler,
  stopStrings,
  timestampTokens,
} from '@residual/sampling';
import { beamSearch } from '@residual/sampling/beams';
import type { CacheForm } from '@residual/tensor';
import type { DecodeStream } from '@residual/tokenizer';
import { BeamPolicy, type BeamResult, type BeamSearchStep } from '../generate/beam-policy.js';
import { type DecodePolicy, decode } from '../generate/decode.js';
import type { DecoderInput } from '../generate/decoder-input.js';
import type { ActiveSequence, StepOutput } from '../generate/prefill-or-step.js';
import { SamplingPolicy, type Step } from '../generate/sampling-policy.js';
import { type FinishReason, Sequence } from '../generate/sequence.js';
import { startDecoder } from '../generate/start-batch.js';
import type { LoadedModel } from '../loaded-model.js';
import { speechModelOf } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import { ScoreRecorder } from './score-recorder.js';
import type { SpeechTokens } from './speech-tokens.js';
import { encodeWindows, type SpeechWindow } from './speech-window.js';
import { StartPolicy } from './start-policy.js';

/** A window to decode. */
export interface WindowJob {
  readonly window: SpeechWindow;
  /** The text before, the start token and those after it. */
  readonly prompt: readonly number[];
  /** The index of the start token in the prompt. */
  readonly startIndex: number;
}

/** How windows are decoded. */
export interface WindowSettings {
  readonly tokens: SpeechTokens;
  readonly timestamps: boolean;
  /** Beams of the search at temperature 0; 1 is greedy. */
  readonly numBeams: number;
  readonly lengthPenalty: number | undefined;
  readonly topLogprobs: number;
  readonly seed: number;
  readonly maxNewTokens: number | undefined;
  /** How many tokens a window may have, those before its text included. */
  readonly maxLength: number;
  readonly cache: CacheForm | undefined;
  readonly signal: AbortSignal | undefined;
  /** The processors that the checkpoint and the caller ask for. */
  readonly processors: ProcessorOptions;
}

/** The text of a window as it was decoded once. */
export interface WindowText {
  /** The new tokens, with the end token if there is one. */
  readonly tokens: readonly number[];
  /** The log-probability of each of them under the model; undefined for beams. */
  readonly logprobs: readonly number[] | undefined;
  /** Their mean log-probability among the tokens that the rules allow. */
  readonly avgLogprob: number;
  /** The probability that there is no speech; undefined if the model has no token for it. */
  readonly noSpeechProb: number | undefined;
  readonly finishReason: FinishReason;
  /** The finished texts of a beam search, best first. */
  readonly beams: readonly BeamResult[] | undefined;
}

/** Decodes windows together at one temperature; at 0 greedily or by beams. `run` numbers the random numbers. */
export async function* decodeWindows(
  model: LoadedModel,
  jobs: readonly WindowJob[],
  settings: WindowSettings,
  { temperature, run }: { readonly temperature: number; readonly run: string },
): AsyncGenerator<Step | BeamSearchStep, WindowText[]> {
  const { tokens, maxLength, maxNewTokens, signal, cache } = settings;
  const numBeams = temperature === 0 ? settings.numBeams : 1;
  const { eosTokenIds } = model;
  const recorder = new ScoreRecorder(numBeams, eosTokenIds);
  const prompts = jobs.map(({ prompt }) => prompt);
  const starts = jobs.map(({ prompt, startIndex }) => prompt.slice(0, startIndex + 1));
  const noSpeech: (number | undefined)[] = [];
  const options = processorOptions(settings, eosTokenIds, recorder);
  const startOptions = {
    starts,
    hasMore: prompts[0]!.length > starts[0]!.length,
    onStart: (logits: (prompt: number) => Float32Array) => {
      for (const prompt of jobs.keys()) noSpeech[prompt] = probabilityOf(logits(prompt), tokens.noSpeech);
    },
  };
  const decoding = { caller: 'transcribe', maxLength, signal, cache };
  const input = inputOf(model, jobs, starts);
  const runPolicy = <Each, Output>(policy: DecodePolicy<Each, Output>) =>
    decode(model, input, new StartPolicy(policy, startOptions), decoding);
  if (numBeams > 1) {
    const longest = Math.max(...prompts.map(({ length }) => length));
    const limits = { maxLength, maxNewTokens: maxNewTokens ?? maxLength - longest };
    const lengthPenalty = settings.lengthPenalty === undefined ? {} : { lengthPenalty: settings.lengthPenalty };
    const search = beamSearch(
      { ...options, ...limits, ...lengthPenalty, numBeams, numReturnSequences: numBeams },
      prompts,
    );
    const policy = new BeamPolicy(search, prompts, { numBeams, tokenizer: model.tokenizer });
    const results = yield* runPolicy(policy);
    return results.map((beams, prompt): WindowText => {
      const { newTokens, finishReason } = beams[0]!;
      const avgLogprob = recorder.mean(prompt, newTokens);
      const text = { tokens: newTokens, logprobs: undefined, avgLogprob, noSpeechProb: noSpeech[prompt] };
      return { ...text, finishReason, beams };
    });
  }
  const seed = Math.floor(uniformAt(settings.seed, `transcribe.${run}`, 0) * 2 ** 24);
  const drawn = temperature === 0 ? {} : { seed };
  const choose = sampler({
    ...options,
    temperature,
    topLogprobs: settings.topLogprobs,
    ...drawn,
  } as SamplerOptions as never);
  const finish = finishReason({ eosTokenId: eosTokenIds, maxNewTokens, maxLength });
  const sequences = prompts.map(prompt => new Sequence(prompt, finish, stopStrings([]), speechStream(model, tokens)));
  const logprobs: number[][] = jobs.map(() => []);
  const steps = runPolicy(new SamplingPolicy(sequences, choose));
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) {
        return value.map(({ newTokens, finishReason }, prompt): WindowText => {
          const avgLogprob = newTokens.length === 0 ? 0 : recorder.mean(prompt, newTokens);
          const text = { tokens: newTokens, logprobs: logprobs[prompt], avgLogprob, noSpeechProb: noSpeech[prompt] };
          return { ...text, finishReason, beams: undefined };
        });
      }
      logprobs[value.batchIndex]!.push(value.logprob);
      yield value;
    }
  } finally {
    await steps.return(undefined as never);
  }
}

/** The rules of the text: those of the checkpoint, then those of times, then the recorder. */
function processorOptions(
  { processors, tokens, timestamps }: WindowSettings,
  eosTokenIds: readonly number[],
  recorder: ScoreRecorder,
): PipelineOptions {
  const { timestampBegin: begin, maxInitialTimestampIndex: maxInitialIndex } = tokens;
  const rules = timestamps ? [timestampTokens({ begin, eosTokenId: eosTokenIds[0]!, maxInitialIndex })] : [];
  return {
    ...processors,
    processors: [...rules, ...(processors.processors ?? []), recorder.processor],
  } as PipelineOptions;
}

/** The decoder's input: the first tokens of each prompt, and the encoded windows. */
function inputOf(model: LoadedModel, jobs: readonly WindowJob[], starts: Sequences): DecoderInput {
  return {
    prompts: starts,
    startBatch: async options => {
      const encoded = await encodeWindows(
        jobs.map(({ window }) => window),
        options.yieldTurn,
      );
      const { layer, weights } = speechModelOf('transcribe', model);
      return startDecoder((inputs, scope) => layer.decode(weights, inputs, scope), encoded, model, options);
    },
  };
}

/** The text of tokens as they come, without times. */
function speechStream({ tokenizer }: LoadedModel, { timestampBegin }: SpeechTokens): DecodeStream | undefined {
  const stream = tokenizer?.decodeStream({ skipSpecialTokens: true });
  return stream && { push: id => (id >= timestampBegin ? '' : stream.push(id)), flush: () => stream.flush() };
}

function probabilityOf(logits: Float32Array, token: number | undefined): number | undefined {
  return token === undefined ? undefined : Math.exp(logits[token]! - logSumExp(logits));
}

/** The most likely of some tokens as the first one after the start token, with its probability among them. */
export async function mostLikelyFirst(
  model: LoadedModel,
  window: SpeechWindow,
  candidates: readonly number[],
  { tokens, signal, cache, maxLength }: WindowSettings,
): Promise<{ readonly token: number; readonly probability: number }> {
  const starts = [[tokens.start]];
  const policy = new FirstLogits(starts);
  const input = inputOf(model, [{ window, prompt: starts[0]!, startIndex: 0 }], starts);
  const steps = decode(model, input, policy, { caller: 'transcribe', maxLength, signal, cache });
  let result = await steps.next();
  while (!result.done) result = await steps.next();
  const row = Float32Array.from(candidates, id => result.value![id]!);
  const total = logSumExp(row);
  const index = row.indexOf(Math.max(...row));
  return { token: candidates[index]!, probability: Math.exp(row[index]! - total) };
}

/** Takes the logits [vocab] after the start token, and no token. */
class FirstLogits implements DecodePolicy<never, Float32Array> {
  readonly sequences: readonly ActiveSequence[];
  private logits: Float32Array | undefined;

  constructor(starts: Sequences) {
    this.sequences = starts.map(tokens => ({ tokens, isFinished: false }));
  }

  get isDone(): boolean {
    return this.logits !== undefined;
  }

  advance(output: StepOutput): readonly never[] {
    this.logits = output.logits(0);
    return [];
  }

  outputs(): Float32Array {
    return this.logits!;
  }
}

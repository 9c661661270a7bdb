import { asyncDisposable, disposable, type Port, ResidualError } from '@residual/base';
import { RpcClient } from '@residual/base/rpc';
import type { Description } from '@residual/layers';
import { type VectorTableInput, vectorTable, type WordVectors } from '@residual/word-vectors';
import type { BeamResult, BeamSearchOptions, BeamSearchStep } from '../generate/beam-search.js';
import type { Step } from '../generate/generate.js';
import type { GenerateOptions } from '../generate/options.js';
import type { GenerateOutput } from '../generate/sequence.js';
import type { LoadModelOptions } from '../load/load-model.js';
import type { SaveModelOptions } from '../load/save-model.js';
import { type ModelSource, portableSource } from '../load/sources/source.js';
import type { ForwardOptions, Model, Prompt } from '../model.js';
import type { TranslateOptions } from '../translate/options.js';
import type { Translation, TranslationStep } from '../translate/translation.js';
import type { ContextualOptions, ContextualOutput } from '../vectors/contextual.js';
import type { EmbedOptions } from '../vectors/embed.js';
import type { Method, ModelInfo, PlainEncoding, StreamingMethod } from './protocol.js';

/** A model on the other side of a port. Its methods ask the other side; its facts are known here. */
export interface RemoteModel extends Omit<ModelInfo, 'model' | 'hasTokenizer'>, AsyncDisposable {
  /** As `Model.generate`; your own functions (`processors`) cannot cross a port. */
  generate(prompt: Prompt, options?: GenerateOptions): RemoteGeneration<GenerateOutput>;
  generateBatch(prompts: readonly Prompt[], options?: GenerateOptions): RemoteGeneration<readonly GenerateOutput[]>;
  beamSearch(prompt: Prompt, options?: BeamSearchOptions): RemoteGeneration<readonly BeamResult[], BeamSearchStep>;
  beamSearchBatch(
    prompts: readonly Prompt[],
    options?: BeamSearchOptions,
  ): RemoteGeneration<readonly (readonly BeamResult[])[], BeamSearchStep>;
  translate(text: string, options?: TranslateOptions): RemoteGeneration<Translation, TranslationStep>;
  translate(
    texts: readonly string[],
    options?: TranslateOptions,
  ): RemoteGeneration<readonly Translation[], TranslationStep>;
  forward(prompt: Prompt, options?: ForwardOptions): ReturnType<Model['forward']>;
  embed(prompt: Prompt, options?: Omit<EmbedOptions, 'onProgress'>): Promise<Float32Array>;
  embedBatch(prompts: readonly Prompt[], options?: Omit<EmbedOptions, 'onProgress'>): Promise<Float32Array[]>;
  contextual(prompt: Prompt, options?: ContextualOptions): Promise<ContextualOutput>;
  tokenVectors(): Promise<WordVectors>;
  describe(options?: { keyLen?: number }): Promise<Description>;
  save(options?: SaveModelOptions): Promise<Map<string, Uint8Array<ArrayBuffer>>>;
  tokensOf(prompt: Prompt): Promise<readonly number[]>;
  /** The tokens of a text with their spans; throws if the model has no tokenizer. */
  encode(text: string): Promise<PlainEncoding>;
  decode(ids: readonly number[], options?: { skipSpecialTokens?: boolean }): Promise<string>;
  /** The tokens as in the vocabulary. */
  tokenOf(ids: readonly number[]): Promise<readonly (string | undefined)[]>;
  dispose(): Promise<void>;
}

/** A generation on the other side; see `Generation`. */
export interface RemoteGeneration<Whole, Each = Step> extends AsyncIterable<Each> {
  result(): Promise<Whole>;
}

/** The models of a worker that runs `serveModels`. */
export interface Models extends Disposable {
  /** As `loadModel`; functions (`fetch`, `families`) cannot cross a port. */
  load(source: ModelSource, options?: Omit<LoadModelOptions, 'fetch' | 'families'>): Promise<RemoteModel>;
  /** The names of the backends that the worker imported, best first. */
  backends(): Promise<readonly string[]>;
  useBackend(name: string): Promise<void>;
  /** Rejects all calls and disposes the models. It does not end the worker. */
  close(): void;
}

/**
 * Connects to a worker that runs `serveModels`: the same methods, over a port. After `close`, or when the port closes
 * or the worker ends, all pending and later calls reject with the reason.
 */
export function connectModels(port: Port | null): Models {
  const rpc = new RpcClient(port, { service: 'models', name: 'connectModels' });

  const ask = <T>(
    method: Method,
    args: readonly unknown[],
    { model, signal, onProgress, onLate }: CallOptions<T> = {},
  ): Promise<T> => rpc.call(method, [model, ...args], { signal, onEvent: onProgress, onLateResult: onLate });

  const stream = <Whole, Each = Step>(
    method: StreamingMethod,
    prompt: unknown,
    options: PortableOptions,
    model: number,
  ): RemoteGeneration<Whole, Each> => {
    async function* steps(): AsyncGenerator<Each, Whole> {
      const { signal, ...plain } = portableOptions(method, options);
      return yield* rpc.stream<Each, Whole>(method, [model, prompt, plain], { signal });
    }
    const whole = async () => {
      const all = steps();
      for (let step = await all.next(); ; step = await all.next()) if (step.done) return step.value;
    };
    return { [Symbol.asyncIterator]: steps, result: whole };
  };

  const models: Omit<Models, typeof Symbol.dispose> = {
    load: async (source, { signal, onProgress, ...options } = {}) => {
      const facts = await ask<ModelInfo>('load', [portableSource(source), options], {
        signal,
        onProgress,
        // If the connection closed meanwhile, its models are disposed anyway.
        onLate: late => ask('dispose', [], { model: late.model }).catch(() => {}),
      });
      const { model, hasTokenizer: _, ...info } = facts;
      const dispose = () => ask<void>('dispose', [], { model });
      const remote: Omit<RemoteModel, typeof Symbol.asyncDispose> = {
        ...info,
        generate: (prompt, settings = {}) => stream('generate', prompt, settings, model),
        generateBatch: (prompts, settings = {}) => stream('generateBatch', prompts, settings, model),
        beamSearch: (prompt, settings = {}) => stream('beamSearch', prompt, settings, model),
        beamSearchBatch: (prompts, settings = {}) => stream('beamSearchBatch', prompts, settings, model),
        translate: (texts: string | readonly string[], settings: TranslateOptions = {}) =>
          stream<never, TranslationStep>('translate', texts, settings, model),
        forward: (prompt, { signal: stop, ...settings } = {}) =>
          ask('forward', [prompt, settings], { model, signal: stop }),
        embed: (prompt, { signal: stop, ...settings } = {}) =>
          ask('embed', [prompt, settings], { model, signal: stop }),
        embedBatch: (prompts, { signal: stop, ...settings } = {}) =>
          ask('embedBatch', [prompts, settings], { model, signal: stop }),
        contextual: (prompt, { signal: stop, ...settings } = {}) =>
          ask('contextual', [prompt, settings], { model, signal: stop }),
        tokenVectors: async () => vectorTable(await ask<VectorTableInput>('tokenVectors', [], { model })),
        describe: (settings = {}) => ask('describe', [settings], { model }),
        save: (settings = {}) => ask('save', [settings], { model }),
        tokensOf: prompt => ask('tokensOf', [prompt], { model }),
        encode: text => ask('encode', [text], { model }),
        decode: (ids, settings = {}) => ask('decode', [ids, settings], { model }),
        tokenOf: ids => ask('tokenOf', [ids], { model }),
        dispose,
      };
      return asyncDisposable(remote, dispose);
    },
    backends: () => ask('backends', []),
    useBackend: name => ask('useBackend', [name]),
    close: () => rpc.close(),
  };
  return disposable(models, models.close);
}

interface CallOptions<T> {
  readonly model?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: LoadModelOptions['onProgress'];
  readonly onLate?: (result: T) => void;
}

/** The options that can cross a port, except functions. */
type PortableOptions = GenerateOptions | BeamSearchOptions | TranslateOptions;

function portableOptions(method: StreamingMethod, options: PortableOptions): PortableOptions {
  if (!options.processors && !options.allowedTokens) return options;
  throw new ResidualError(
    'option',
    `${method}: functions (processors, allowedTokens) cannot cross a port; ${method} in the same thread`,
  );
}

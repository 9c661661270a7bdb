import { asyncDisposable, disposable, type Port, ResidualError } from '@residual/base';
import { connect, type RpcCall, type RpcClient, type Untransferred } from '@residual/base/rpc';
import type { ChatMessage } from '@residual/tokenizer/chat';
import { type VectorTableInput, vectorTable, type WordVectors } from '@residual/word-vectors';
import type { ChatAnswer, ChatDelta } from '../chat/chat-answer.js';
import type { ChatOptions } from '../chat/options.js';
import type { DrawnResult, DrawStep } from '../draw/drawing-result.js';
import type { MixedWords } from '../draw/mixed-words.js';
import type { DrawOptions } from '../draw/options.js';
import { generation } from '../generate/generation.js';
import type { LoadModelOptions } from '../load/load-model.js';
import type { SourceSize } from '../load/source-size.js';
import { type ModelSource, portableSource } from '../load/sources/source.js';
import type { WeightForm } from '../load/weight-forms.js';
import type { Model } from '../model.js';
import type { PaintOptions } from '../paint/options.js';
import type { PaintedResult, PaintStep } from '../paint/painting-result.js';
import type { AudioInput } from '../sounds/samples-of.js';
import type { TranscribeOptions } from '../transcribe/options.js';
import type { Transcription, TranscriptionStep } from '../transcribe/transcription.js';
import type { TranslateOptions } from '../translate/options.js';
import type { Translation, TranslationStep } from '../translate/translation.js';
import type { callMethods, streamMethods } from './methods.js';
import { type ModelInfo, modelOptions } from './protocol.js';

/** A generation on the other side of a port; see `Generation`. */
export interface RemoteGeneration<Whole, Each> extends AsyncIterable<Each> {
  result(): Promise<Whole>;
}

/** A conversation on the other side of a port, which keeps its cache there; see `Conversation`. */
export interface RemoteConversation extends AsyncDisposable {
  /** As `chat` of the model, with the cache. */
  chat(messages: readonly ChatMessage[], options?: ChatOptions): RemoteGeneration<ChatAnswer, ChatDelta>;
  /** Frees the cache. */
  dispose(): Promise<void>;
}

/** A method on this side: without the model and the call, with a promise or a generation as its result. */
type RemoteMethod<Method> = Method extends (model: Model, call: RpcCall, ...args: infer Args) => infer Result
  ? (
      ...args: Args
    ) => Result extends AsyncGenerator<infer Each, infer Whole>
      ? RemoteGeneration<Whole, Untransferred<Each>>
      : Promise<Untransferred<Awaited<Result>>>
  : never;
type RemoteMethods<Table> = { readonly [Name in keyof Table]: RemoteMethod<Table[Name]> };

/** The methods that take one text, picture or recording, or several. */
type Overloaded =
  | 'classify'
  | 'classifyTokens'
  | 'classifyImage'
  | 'classifySound'
  | 'embedImage'
  | 'encodeImage'
  | 'embedText'
  | 'similarity';

/**
 * A model on the other side of a port. Its facts are known here; its methods ask the other side and are those of
 * `Model`, each with a promise or a generation as its result. Functions, such as `processors`, cannot cross a port.
 */
export interface RemoteModel
  extends Omit<ModelInfo, 'model' | 'streams' | 'calls'>,
    RemoteMethods<Omit<typeof streamMethods, 'translate' | 'transcribe' | 'draw' | 'paint'>>,
    RemoteMethods<Omit<typeof callMethods, 'tokenVectors' | Overloaded>>,
    Pick<Model, Overloaded>,
    AsyncDisposable {
  translate(text: string, options?: TranslateOptions): RemoteGeneration<Translation, TranslationStep>;
  translate(
    texts: readonly string[],
    options?: TranslateOptions,
  ): RemoteGeneration<readonly Translation[], TranslationStep>;
  transcribe(audio: AudioInput, options?: TranscribeOptions): RemoteGeneration<Transcription, TranscriptionStep>;
  transcribe(
    audios: readonly AudioInput[],
    options?: TranscribeOptions,
  ): RemoteGeneration<readonly Transcription[], TranscriptionStep>;
  draw(words: string | MixedWords, options?: DrawOptions): RemoteGeneration<DrawnResult, DrawStep>;
  draw(
    words: readonly (string | MixedWords)[],
    options?: DrawOptions,
  ): RemoteGeneration<readonly DrawnResult[], DrawStep>;
  paint(words: string, options?: PaintOptions): RemoteGeneration<PaintedResult, PaintStep>;
  paint(words: readonly string[], options?: PaintOptions): RemoteGeneration<readonly PaintedResult[], PaintStep>;
  tokenVectors(): Promise<WordVectors>;
  /** A conversation, whose `chat` keeps the keys and values of what was said. The caller disposes it. */
  conversation(): Promise<RemoteConversation>;
  dispose(): Promise<void>;
}

/** The options of `loadModel` that cross a port: no functions. */
export interface RemoteLoadOptions extends Omit<LoadModelOptions, 'fetch' | 'families' | 'layer' | 'weights'> {
  /** How weight matrices are held: one form for all of them. `f32` if absent. */
  readonly weights?: WeightForm;
}

/** The models of a worker that runs `serveModels`. */
export interface Models extends Disposable {
  /**
   * As `loadModel`; functions (`fetch`, `families`, `layer`, `weights`) cannot cross a port: the worker gives its own
   * families to `serveModels`.
   */
  load(source: ModelSource, options?: RemoteLoadOptions): Promise<RemoteModel>;
  /** As `sourceSize`: what a checkpoint would take, before it is downloaded. */
  size(source: ModelSource, options?: Omit<RemoteLoadOptions, 'onProgress'>): Promise<SourceSize>;
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
  const rpc = connect(port, { service: 'models', name: 'connectModels' });
  const models: Omit<Models, typeof Symbol.dispose> = {
    load: async (source, { signal, onProgress, ...options } = {}) => {
      const info: ModelInfo = await rpc.call('load', [portableSource(source), options], {
        signal,
        onEvent: onProgress,
        // If the connection closed meanwhile, its models are disposed anyway.
        onLateResult: (late: ModelInfo) => void rpc.call('dispose', [late.model]).catch(() => {}),
      });
      return remoteModel(rpc, info);
    },
    size: (source, { signal, ...options } = {}) => rpc.call('size', [portableSource(source), options], { signal }),
    backends: () => rpc.call('backends', []),
    useBackend: name => rpc.call('useBackend', [name]),
    close: () => rpc.close(),
  };
  return disposable(models, models.close);
}

function remoteModel(rpc: RpcClient, { model, streams, calls, ...info }: ModelInfo): RemoteModel {
  const call = <T>(name: string, args: readonly unknown[]): Promise<T> => {
    const { plain, signal, onProgress } = portableArguments(rpc, name, args);
    return rpc.call(name, [model, ...plain], { signal, onEvent: onProgress });
  };
  const stream = (name: string, args: readonly unknown[]) => remoteGeneration(rpc, name, name, model, args);
  const dispose = () => call<void>('dispose', []);
  const remote = {
    ...info,
    ...Object.fromEntries(streams.map(name => [name, (...args: unknown[]) => stream(name, args)])),
    ...Object.fromEntries(calls.map(name => [name, async (...args: unknown[]) => call(name, args)])),
    conversation: async () => remoteConversation(rpc, await call<number>('conversation', [])),
    tokenVectors: async () => vectorTable(await call<VectorTableInput>('tokenVectors', [])),
    dispose,
  } as unknown as Omit<RemoteModel, typeof Symbol.asyncDispose>;
  const made = asyncDisposable(remote, dispose) as RemoteModel;
  handles.set(made, { rpc, model });
  return made;
}

/** The connection of each remote model and its number there. */
const handles = /* @__PURE__ */ new WeakMap<object, { readonly rpc: RpcClient; readonly model: number }>();

/** The number of a model that is an option, on the other side. Throws for a model that is not there. */
function handleOf(rpc: RpcClient, name: string, option: string, model: unknown): number {
  const handle = typeof model === 'object' && model !== null ? handles.get(model) : undefined;
  if (handle?.rpc === rpc) return handle.model;
  throw new ResidualError(
    'option',
    `${name}: ${option} is no model of this connection; load it with the same connectModels`,
  );
}

/** The generation of a method of the other side, `handler`, which errors call `name`. */
function remoteGeneration<Whole, Each>(
  rpc: RpcClient,
  handler: string,
  name: string,
  owner: number,
  args: readonly unknown[],
): RemoteGeneration<Whole, Each> {
  async function* steps(): AsyncGenerator<Each, Whole> {
    const { plain, signal } = portableArguments(rpc, name, args);
    return yield* rpc.stream(handler, [owner, ...plain], { signal }) as AsyncGenerator<Each, Whole>;
  }
  return generation(steps, result => result);
}

function remoteConversation(rpc: RpcClient, number: number): RemoteConversation {
  const dispose = () => rpc.call('conversationDispose', [number]);
  const remote: Omit<RemoteConversation, typeof Symbol.asyncDispose> = {
    chat: (...args) => remoteGeneration(rpc, 'conversationChat', 'chat', number, args),
    dispose,
  };
  return asyncDisposable(remote, dispose) as RemoteConversation;
}

/** The options that stay on this side, and the arguments without them. */
interface PortableArguments {
  readonly plain: readonly unknown[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: never) => void;
}

/**
 * Separates `signal` and `onProgress` from the options, the last argument, in which another model becomes its number.
 * Throws for other functions in it.
 */
function portableArguments(rpc: RpcClient, name: string, args: readonly unknown[]): PortableArguments {
  const last = args.at(-1);
  if (typeof last !== 'object' || last === null || Array.isArray(last) || ArrayBuffer.isView(last))
    return { plain: args };
  const { signal, onProgress, ...rest } = last as Omit<PortableArguments, 'plain'> & Record<string, unknown>;
  const models = modelOptions.filter(option => rest[option] !== undefined);
  const numbers = models.map(option => [option, handleOf(rpc, name, option, rest[option])]);
  const options = { ...rest, ...Object.fromEntries(numbers) };
  const functions = Object.entries(options).filter(([, value]) =>
    [value].flat().some(each => typeof each === 'function'),
  );
  if (functions.length > 0)
    throw new ResidualError(
      'option',
      `${name}: functions (${functions.map(([option]) => option).join(', ')}) cannot cross a port; call ` +
        `${name} in the thread that loaded the model`,
    );
  return { plain: [...args.slice(0, -1), options], ...(signal && { signal }), ...(onProgress && { onProgress }) };
}

import { type Port, ResidualError } from '@residual/base';
import { type RpcCall, type RpcConnection, type RpcServer, serve } from '@residual/base/rpc';
import type { Family } from '@residual/families';
import { expectOptions, registeredBackends, useBackend } from '@residual/tensor';
import type { ChatMessage } from '@residual/tokenizer/chat';
import type { Conversation } from '../chat/conversation.js';
import type { ChatOptions } from '../chat/options.js';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import { sourceSize } from '../load/source-size.js';
import type { ModelSource } from '../load/sources/source.js';
import type { Model } from '../model.js';
import { labelsOf } from '../model-kind.js';
import { answerIn, callMethods, streamMethods } from './methods.js';
import { type ModelInfo, modelOptions } from './protocol.js';

/** The options of `serveModels`. */
export interface ServeModelsOptions {
  /**
   * Your own families, with which the worker loads models besides the published ones, such as `composedFamily` of a
   * layer that you composed.
   */
  readonly families?: readonly Family[];
}

/**
 * Serves models through a port: call `serveModels(self)` in a worker that imports the backends it may use (in Node
 * `serveModels(parentPort)`). All methods of `Model` work through `connectModels` on the other side, with steps and
 * taps as plain data. A step is computed when the page asks for it, so leaving an iteration ends it here too. Several
 * connections may share the port; the models of a connection are disposed when it closes.
 */
export function serveModels(port: Port | null, options: ServeModelsOptions = {}): RpcServer {
  expectOptions('serveModels', options, { families: 0 });
  const { families = [] } = options;
  return serve(port, { service: 'models', name: 'serveModels' }, () => connectionOf(new Map(), families));
}

type Method = (model: Model, call: RpcCall, ...args: never[]) => unknown;

/** The handlers of one connection, which owns `models` by their number and loads them with these families too. */
function connectionOf(models: Map<number, Model>, families: readonly Family[]): RpcConnection {
  let nextNumber = 0;
  const conversations = new Map<number, Conversation>();
  const conversationOf = (number: number) => {
    const conversation = conversations.get(number);
    if (conversation) return conversation;
    throw new ResidualError('disposed', `serveModels: there is no conversation ${number}; it was disposed`);
  };
  const modelOf = (number: number) => {
    const model = models.get(number);
    if (model) return model;
    throw new ResidualError('disposed', `serveModels: there is no model ${number}; it was disposed`);
  };
  const load = async (
    { signal, emit }: RpcCall,
    source: ModelSource,
    options: LoadModelOptions,
  ): Promise<ModelInfo> => {
    const model = await loadModel(source, { ...options, families, signal, onProgress: emit });
    if (signal.aborted) {
      model.dispose(); // nobody receives it
      throw signal.reason;
    }
    models.set(nextNumber, model);
    return infoOf(nextNumber++, model);
  };
  /** The arguments of a method, in which the number of another model becomes the model. */
  const withModels = (args: readonly unknown[]) =>
    args.map(arg => {
      if (typeof arg !== 'object' || arg === null) return arg;
      const numbers = modelOptions.filter(name => typeof (arg as Record<string, unknown>)[name] === 'number');
      if (numbers.length === 0) return arg;
      const models = numbers.map(name => [name, modelOf((arg as Record<string, number>)[name]!)]);
      return { ...arg, ...Object.fromEntries(models) };
    }) as never[];
  const methods: [name: string, method: Method][] = Object.entries({ ...streamMethods, ...callMethods });
  const onModel = methods.map(([name, method]) => [
    name,
    (call: RpcCall, number: number, ...args: never[]) => method(modelOf(number), call, ...withModels(args)),
  ]);
  return {
    handlers: {
      backends: () => registeredBackends(),
      useBackend: (_, name: string) => useBackend(name),
      load,
      size: ({ signal }: RpcCall, source: ModelSource, options: LoadModelOptions) =>
        sourceSize(source, { ...options, families, signal }),
      dispose: (_, number: number) => {
        const model = modelOf(number);
        models.delete(number);
        model.dispose();
      },
      conversation: (_, number: number) => {
        conversations.set(nextNumber, modelOf(number).conversation());
        return nextNumber++;
      },
      conversationChat: (call: RpcCall, number: number, messages: readonly ChatMessage[], options?: ChatOptions) =>
        answerIn(conversationOf(number), call, messages, withModels([options])[0]),
      conversationDispose: (_, number: number) => {
        conversationOf(number).dispose();
        conversations.delete(number);
      },
      ...Object.fromEntries(onModel),
    },
    onClosed: () => {
      for (const model of models.values()) model.dispose();
      models.clear();
      conversations.clear(); // their models have disposed them
    },
  };
}

function infoOf(number: number, model: Model): ModelInfo {
  const { config, generationConfig, maxPositions, openEnded, vocab, depth, heads, backend } = model;
  const { composition, encoderDepth, encoderHeads, embeddingPrompts, chatTemplates } = model;
  return {
    model: number,
    streams: Object.keys(streamMethods),
    calls: Object.keys(callMethods),
    config,
    generationConfig,
    maxPositions,
    openEnded,
    vocab,
    depth,
    heads,
    encoderDepth,
    encoderHeads,
    kind: composition.kind,
    labels: labelsOf(composition),
    embeddingPrompts,
    chatTemplates,
    family: model.family.name,
    backend,
  };
}

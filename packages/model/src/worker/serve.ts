import { type Port, ResidualError } from '@residual/base';
import { type RpcCall, type RpcHandlers, type RpcServer, serveRpc, transfer } from '@residual/base/rpc';
import { registeredBackends, useBackend } from '@residual/tensor';
import type { Generation } from '../generate/generation.js';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import type { SaveModelOptions } from '../load/save-model.js';
import type { ModelSource } from '../load/sources/source.js';
import type { ForwardOptions, Model, Prompt } from '../model.js';
import type { ContextualOptions } from '../vectors/contextual.js';
import type { EmbedOptions } from '../vectors/embed.js';
import { buffersOf, type Method, type ModelInfo, type PlainEncoding, type StreamingMethod } from './protocol.js';

/**
 * Serves models through a port: call `serveModels(self)` in a worker that imports the backends it may use (in Node
 * `serveModels(parentPort)`). All methods of `Model` work through `connectModels` on the other side, with steps and
 * taps as plain data. A step is computed when the page asks for it, so leaving an iteration ends it here too. Several
 * connections may share the port; the models of a connection are disposed when it closes.
 */
export function serveModels(port: Port | null): RpcServer {
  return serveRpc(port, { service: 'models', name: 'serveModels' }, () => new ServedModels());
}

/** The models of one connection. */
class ServedModels implements RpcHandlers {
  private readonly models = new Map<number, Model>();
  private loaded = 0;

  call(method: Method, [number, ...args]: readonly [number | undefined, ...unknown[]], call: RpcCall): unknown {
    if (method === 'backends') return registeredBackends();
    if (method === 'useBackend') return useBackend(args[0] as string);
    if (method === 'load') return this.load(args as [ModelSource, LoadModelOptions], call);
    const model = this.models.get(number!);
    if (!model) throw new ResidualError('disposed', `serveModels: there is no model ${number}; it was disposed`);
    if (isStreaming(method)) return streamOf(model, method, args, call.signal);
    if (method === 'dispose') this.models.delete(number!);
    return answerOf(model, method, args, call.signal);
  }

  onClosed(): void {
    for (const model of this.models.values()) model.dispose();
    this.models.clear();
  }

  private async load(
    [source, options]: [ModelSource, LoadModelOptions],
    { signal, emit }: RpcCall,
  ): Promise<ModelInfo> {
    const model = await loadModel(source, { ...options, signal, onProgress: emit });
    if (signal.aborted) {
      model.dispose(); // nobody receives it
      throw signal.reason;
    }
    const number = this.loaded++;
    this.models.set(number, model);
    return infoOf(number, model);
  }
}

async function* streamOf(
  model: Model,
  method: StreamingMethod,
  [input, options]: readonly unknown[],
  signal: AbortSignal,
): AsyncGenerator<unknown, unknown> {
  const run = model[method] as (input: unknown, options: object) => Generation<unknown, unknown, readonly unknown[]>;
  const steps = run.call(model, input, { ...(options as object), signal })[Symbol.asyncIterator]();
  const isSingle = method === 'generate' || method === 'beamSearch' || typeof input === 'string';
  try {
    for (let step = await steps.next(); ; step = await steps.next()) {
      if (step.done) return isSingle ? step.value[0] : step.value;
      yield transfer(step.value, buffersOf(step.value));
    }
  } finally {
    await steps.return?.(undefined as never);
  }
}

async function answerOf(
  model: Model,
  method: Exclude<Method, StreamingMethod | 'load' | 'backends' | 'useBackend'>,
  args: readonly unknown[],
  signal: AbortSignal,
): Promise<unknown> {
  switch (method) {
    case 'forward': {
      const [prompt, options] = args as [Prompt, ForwardOptions];
      const result = await model.forward(prompt, { ...options, signal });
      return transfer(result, buffersOf(result));
    }
    case 'embed':
    case 'embedBatch': {
      const [prompts, options] = args as [Prompt | readonly Prompt[], EmbedOptions];
      const all = method === 'embed' ? [prompts as Prompt] : (prompts as readonly Prompt[]);
      const vectors = await model.embedBatch(all, { ...options, signal });
      return method === 'embed' ? vectors[0] : vectors;
    }
    case 'contextual': {
      const [prompt, options] = args as [Prompt, ContextualOptions];
      return model.contextual(prompt, { ...options, signal });
    }
    case 'tokenVectors': {
      const { words, data } = await model.tokenVectors();
      return { words, data: data.slice() };
    }
    case 'describe':
      return model.describe(args[0] as { keyLen?: number });
    case 'save':
      return model.save(args[0] as SaveModelOptions);
    case 'tokensOf':
      return model.tokensOf(args[0] as Prompt);
    case 'encode': {
      if (!model.tokenizer) throw new ResidualError('prompt', 'encode: this model has no tokenizer');
      const { ids, tokens, offsets, specialTokensMask } = model.tokenizer.encode(args[0] as string);
      return { ids, tokens, offsets, specialTokensMask } satisfies PlainEncoding;
    }
    case 'decode':
      return model.tokenizer?.decode(args[0] as number[], args[1] as { skipSpecialTokens?: boolean });
    case 'tokenOf':
      return (args[0] as number[]).map(id => model.tokenizer?.idToToken(id));
    case 'dispose':
      return model.dispose();
  }
}

function isStreaming(method: string): method is StreamingMethod {
  return ['generate', 'generateBatch', 'beamSearch', 'beamSearchBatch', 'translate'].includes(method);
}

function infoOf(number: number, model: Model): ModelInfo {
  const { config, generationConfig, maxPositions, openEnded, vocab, depth, heads, backend, tokenizer } = model;
  const { encoderDepth, encoderHeads } = model;
  return {
    model: number,
    config,
    generationConfig,
    maxPositions,
    openEnded,
    vocab,
    depth,
    heads,
    encoderDepth,
    encoderHeads,
    kind: model.composition.kind,
    family: model.family.name,
    backend,
    hasTokenizer: tokenizer !== undefined,
  };
}

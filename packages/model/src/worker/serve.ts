import { type Port, ResidualError } from '@residual/base';
import { type RpcCall, type RpcHandlers, type RpcServer, serveRpc } from '@residual/base/rpc';
import { registeredBackends, useBackend } from '@residual/tensor';
import { type LoadModelOptions, loadModel } from '../load/load-model.js';
import type { ModelSource } from '../load/sources/source.js';
import type { Model } from '../model.js';
import { callMethods, streamMethods } from './methods.js';
import type { ModelInfo } from './protocol.js';

/**
 * Serves models through a port: call `serveModels(self)` in a worker that imports the backends it may use (in Node
 * `serveModels(parentPort)`). All methods of `Model` work through `connectModels` on the other side, with steps and
 * taps as plain data. A step is computed when the page asks for it, so leaving an iteration ends it here too. Several
 * connections may share the port; the models of a connection are disposed when it closes.
 */
export function serveModels(port: Port | null): RpcServer {
  return serveRpc(port, { service: 'models', name: 'serveModels' }, () => new ServedModels());
}

type Method = (model: Model, call: RpcCall, ...args: unknown[]) => unknown;
const methods = () => ({ ...streamMethods, ...callMethods }) as unknown as Readonly<Record<string, Method>>;

/** The models of one connection. */
class ServedModels implements RpcHandlers {
  private readonly models = new Map<number, Model>();
  private readonly methods = methods();
  private loaded = 0;

  call(name: string, [number, ...args]: readonly [number | undefined, ...unknown[]], call: RpcCall): unknown {
    if (name === 'backends') return registeredBackends();
    if (name === 'useBackend') return useBackend(args[0] as string);
    if (name === 'load') return this.load(args as [ModelSource, LoadModelOptions], call);
    const model = this.models.get(number!);
    if (!model) throw new ResidualError('disposed', `serveModels: there is no model ${number}; it was disposed`);
    if (name !== 'dispose') return this.methods[name]!(model, call, ...args);
    this.models.delete(number!);
    return model.dispose();
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

function infoOf(number: number, model: Model): ModelInfo {
  const { config, generationConfig, maxPositions, openEnded, vocab, depth, heads, backend, tokenizer } = model;
  const { encoderDepth, encoderHeads } = model;
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
    kind: model.composition.kind,
    family: model.family.name,
    backend,
    hasTokenizer: tokenizer !== undefined,
  };
}

import { errorToPlain, type Port, ResidualError, registeredBackends, useBackend } from '@residual/tensor';
import type { Generation } from '../generation.js';
import { type LoadModelOptions, loadModel } from '../load-model.js';
import type { ForwardOptions, Model, Prompt } from '../model.js';
import type { ModelSource } from '../sources/source.js';
import type { ContextualOptions } from '../vectors/contextual.js';
import type { EmbedOptions } from '../vectors/embed.js';
import {
  buffersOf,
  type ModelFacts,
  type PlainEncoding,
  type Request,
  type Response,
  type Streaming,
} from './protocol.js';

/**
 * Answers a page through a port: put `serveModels(self)` into a worker that imports the backends it may use. Everything a `Model` does works through
 * `connectModels` on the other side, with steps and taps as plain data. A step is made when the page asks for it, so an iteration that is left ends here too.
 */
export function serveModels(port: Port): void {
  const models = new Map<number, Model>();
  const running = new Map<number, { abort: AbortController; more?: () => void }>();
  const send = (response: Response, transfer: ArrayBuffer[] = []) => port.postMessage(response, transfer);

  /** Waits until the page asks for the next step or ends the call. */
  const turnOf = (call: number) =>
    new Promise<void>(resolve => {
      const { abort } = running.get(call)!;
      if (abort.signal.aborted) return resolve();
      const go = () => {
        abort.signal.removeEventListener('abort', go);
        resolve();
      };
      abort.signal.addEventListener('abort', go);
      running.set(call, { abort, more: go });
    });

  const answer = async ({
    call,
    method,
    model: number,
    args,
  }: Extract<Request, { method: unknown }>): Promise<unknown> => {
    const { signal } = running.get(call)!.abort;
    if (method === 'backends') return registeredBackends();
    if (method === 'useBackend') return useBackend(args[0] as string);
    if (method === 'load') {
      const [source, options] = args as [ModelSource, LoadModelOptions];
      const model = await loadModel(source, { ...options, signal, onProgress: progress => send({ call, progress }) });
      models.set(call, model);
      return factsOf(call, model);
    }
    const model = models.get(number!);
    if (!model) throw new Error(`serveModels: there is no model ${number}; it was disposed`);
    if (isStreaming(method)) {
      const [given, options] = args as [never, object];
      const run = model[method] as (given: never, options: object) => Generation<unknown, unknown, readonly unknown[]>;
      const steps = run.call(model, given, { ...options, signal })[Symbol.asyncIterator]();
      const alone = method === 'generate' || method === 'beamSearch' || typeof given === 'string';
      for (let step = await steps.next(); ; step = await steps.next()) {
        if (step.done) return alone ? step.value[0] : step.value;
        send({ call, step: step.value }, buffersOf(step.value));
        await turnOf(call);
      }
    }
    switch (method) {
      case 'forward': {
        const [prompt, options] = args as [Prompt, ForwardOptions];
        return model.forward(prompt, { ...options, signal });
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
        return model.save();
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
        models.delete(number!);
        model.dispose();
        return undefined;
    }
  };

  port.addEventListener('message', ({ data }) => {
    if (typeof (data as Request | undefined)?.call !== 'number') return; // another's
    const request = data as Request;
    if ('abort' in request) running.get(request.call)?.abort.abort();
    else if ('more' in request) running.get(request.call)?.more?.();
    else {
      running.set(request.call, { abort: new AbortController() });
      answer(request)
        .then(
          result => send({ call: request.call, result }, request.method === 'forward' ? buffersOf(result) : []),
          error => send({ call: request.call, error: errorToPlain(error) }),
        )
        .finally(() => running.delete(request.call));
    }
  });
  port.start?.();
}

function isStreaming(method: string): method is Streaming {
  return ['generate', 'generateBatch', 'beamSearch', 'beamSearchBatch', 'translate'].includes(method);
}

function factsOf(number: number, model: Model): ModelFacts {
  const { config, generationConfig, positions, openEnded, vocab, depth, heads, backend, tokenizer } = model;
  const { encoderDepth, encoderHeads } = model;
  return {
    model: number,
    config,
    generationConfig,
    positions,
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

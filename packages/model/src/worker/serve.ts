import { registeredBackends, useBackend } from '@residual/tensor';
import type { GenerateOptions } from '../generate-options.js';
import { type LoadModelOptions, loadModel } from '../load-model.js';
import type { Model, Prompt } from '../model.js';
import type { ModelSource } from '../sources/source.js';
import { buffersOf, type ModelFacts, type Port, plainError, type Request, type Response } from './protocol.js';

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
    switch (method) {
      case 'generate':
      case 'generateBatch': {
        const [prompt, options] = args as [Prompt | readonly Prompt[], GenerateOptions];
        const settings = { ...options, signal };
        const generation =
          method === 'generate'
            ? model.generate(prompt as Prompt, settings)
            : model.generateBatch(prompt as readonly Prompt[], settings);
        const steps = generation[Symbol.asyncIterator]();
        for (let step = await steps.next(); ; step = await steps.next()) {
          if (step.done) return method === 'generate' ? step.value[0] : step.value;
          send({ call, step: step.value }, buffersOf(step.value.taps));
          await turnOf(call);
        }
      }
      case 'forward': {
        const [prompt, options] = args as [Prompt, { taps?: readonly string[] }];
        return model.forward(prompt, { ...options, signal });
      }
      case 'describe':
        return model.describe(args[0] as { keyLen?: number });
      case 'save':
        return model.save();
      case 'tokensOf':
        return model.tokensOf(args[0] as Prompt);
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
    const request = data as Request;
    if ('abort' in request) running.get(request.call)?.abort.abort();
    else if ('more' in request) running.get(request.call)?.more?.();
    else {
      running.set(request.call, { abort: new AbortController() });
      answer(request)
        .then(
          result => send({ call: request.call, result }),
          error => send({ call: request.call, error: plainError(error) }),
        )
        .finally(() => running.delete(request.call));
    }
  });
  port.start?.();
}

function factsOf(number: number, model: Model): ModelFacts {
  const { config, generationConfig, positions, openEnded, vocab, depth, heads, backend, tokenizer } = model;
  return {
    model: number,
    config,
    generationConfig,
    positions,
    openEnded,
    vocab,
    depth,
    heads,
    backend,
    hasTokenizer: tokenizer !== undefined,
  };
}

import { asyncDisposable } from '@residual/base';
import type { RemoteGeneration, RemoteModel } from '@residual/model/worker';

/** Runs an action on a model while no other model is loading; the signal aborts it when the model is replaced. */
export type RunExclusive = <Result>(act: (replaced: AbortSignal) => Promise<Result>) => Promise<Result>;

interface Abortable {
  readonly signal?: AbortSignal | undefined;
}

/** The same model, whose calls are run by `run`. Their own signals abort them too. */
export function guardedModel(model: RemoteModel, run: RunExclusive): RemoteModel {
  const call = guardedCall(run);
  const stream = guardedStream(run);
  const guarded = {
    ...model,
    generate: stream(model.generate),
    generateBatch: stream(model.generateBatch),
    beamSearch: stream(model.beamSearch),
    beamSearchBatch: stream(model.beamSearchBatch),
    translate: stream(model.translate as never) as RemoteModel['translate'],
    transcribe: stream(model.transcribe as never) as RemoteModel['transcribe'],
    speak: stream(model.speak as never) as RemoteModel['speak'],
    draw: stream(model.draw as never) as RemoteModel['draw'],
    paint: stream(model.paint as never) as RemoteModel['paint'],
    forward: call(model.forward),
    embed: call(model.embed),
    embedBatch: call(model.embedBatch),
    contextual: call(model.contextual),
    embedImage: call(model.embedImage as never) as RemoteModel['embedImage'],
    encodeImage: call(model.encodeImage as never) as RemoteModel['encodeImage'],
    decodeImage: call(model.decodeImage),
    embedText: call(model.embedText as never) as RemoteModel['embedText'],
    classifySound: call(model.classifySound as never) as RemoteModel['classifySound'],
    forwardImage: call(model.forwardImage),
    conversation: async () => {
      const conversation = await run(() => model.conversation());
      return asyncDisposable({ ...conversation, chat: stream(conversation.chat) }, () => conversation.dispose());
    },
    tokenVectors: () => run(() => model.tokenVectors()),
    save: () => run(() => model.save()),
  };
  return asyncDisposable(guarded, () => model.dispose());
}

const guardedCall =
  (run: RunExclusive) =>
  <Options extends Abortable, Result>(act: (input: never, options: Options) => Promise<Result>) =>
  (input: unknown, options?: Options): Promise<Result> =>
    run(replaced => act(input as never, withSignal(options, replaced)));

const guardedStream =
  (run: RunExclusive) =>
  <Options extends Abortable, Whole, Each>(act: (input: never, options: Options) => RemoteGeneration<Whole, Each>) =>
  (input: unknown, options?: Options): RemoteGeneration<Whole, Each> => {
    const start = (replaced: AbortSignal) => act(input as never, withSignal(options, replaced));
    return {
      [Symbol.asyncIterator]: () => {
        let steps: AsyncIterator<Each> | undefined;
        return {
          next: () =>
            run(replaced => {
              steps ??= start(replaced)[Symbol.asyncIterator]();
              return steps.next();
            }),
          return: async value => (await steps?.return?.(value)) ?? { done: true, value },
        };
      },
      result: () => run(replaced => start(replaced).result()),
    };
  };

const withSignal = <Options extends Abortable>(options: Options | undefined, replaced: AbortSignal): Options =>
  ({ ...options, signal: anySignal(options?.signal, replaced) }) as Options;

/** A signal that aborts when either of two signals does. */
export function anySignal(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  if (!one) return other;
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener('abort', () => both.abort(signal.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

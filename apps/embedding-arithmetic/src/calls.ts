/** Functions of plain data that one thread offers and another calls, over messages. */

type Functions = Readonly<Record<string, (...values: never[]) => unknown>>;

/** The same functions as the other side has them: each gives a promise. */
export type Remote<Offered extends Functions> = {
  readonly [Name in keyof Offered]: (
    ...values: Parameters<Offered[Name]>
  ) => Promise<Awaited<ReturnType<Offered[Name]>>>;
};

interface Call {
  readonly call: number;
  readonly name: string;
  readonly values: never[];
}
type Answer = { readonly call: number; readonly result: unknown } | { readonly call: number; readonly error: string };

/** Where messages go; a worker, or its own scope. */
interface Place {
  postMessage(message: unknown, options?: { transfer: Transferable[] }): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

/** Answers calls from the other side. */
export function offer(place: Place, functions: Functions): void {
  place.addEventListener('message', async ({ data }: MessageEvent<Call>) => {
    const { call, name, values } = data;
    try {
      place.postMessage({ call, result: await functions[name]!(...values) } satisfies Answer);
    } catch (error) {
      place.postMessage({ call, error: error instanceof Error ? error.message : String(error) } satisfies Answer);
    }
  });
}

/** Calls functions on the other side. Values that are ports move there. */
export function connect<Offered extends Functions>(worker: Worker): Remote<Offered> {
  const waiting = new Map<number, (answer: Answer) => void>();
  let calls = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    waiting.get(data.call)?.(data);
    waiting.delete(data.call);
  });
  worker.addEventListener('error', event => {
    for (const [call, settle] of waiting) settle({ call, error: `The worker ended: ${event.message}` });
    waiting.clear();
  });
  return new Proxy({} as Remote<Offered>, {
    get:
      (_, name: string) =>
      (...values: unknown[]) =>
        new Promise((resolve, reject) => {
          const call = calls++;
          waiting.set(call, answer => ('error' in answer ? reject(new Error(answer.error)) : resolve(answer.result)));
          worker.postMessage(
            { call, name, values },
            values.filter(value => value instanceof MessagePort),
          );
        }),
  });
}

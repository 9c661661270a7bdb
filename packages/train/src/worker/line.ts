import { errorFromPlain, type Port, ResidualError } from '@residual/tensor';
import { type Answer, listen, type Method, type Setting, send } from './port.js';

/** What a call may be told. */
export interface CallOptions {
  /** Gives up the call. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers that are given away instead of copied. */
  readonly transfer?: Transferable[];
}

interface Waiting {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/** What is asked of a run. */
export interface Called extends CallOptions {
  readonly run: number;
  readonly method: Method;
  readonly args?: readonly unknown[];
}

/** A page's side of a port: its calls, and which of them wait for an answer. */
export class Line {
  private readonly waiting = new Map<number, Waiting>();
  private readonly stop: () => void;
  private calls = 0;
  private broken: ResidualError | undefined;

  constructor(private readonly port: Port) {
    let isAnswered = false;
    this.stop = listen<Answer>(port, answer => {
      isAnswered = true;
      const { resolve, reject } = this.waiting.get(answer.call) ?? {};
      this.waiting.delete(answer.call);
      if ('error' in answer) reject?.(errorFromPlain(answer.error));
      else resolve?.(answer.result as never);
    });
    // A worker that cannot be loaded would never answer; an error of one that answers is its own.
    const failed = ({ message = '' }: { message?: string }) => {
      if (!isAnswered)
        this.close(
          new ResidualError(
            'worker',
            `connectTraining: the worker did not start: ${message || 'is its address right?'}`,
          ),
        );
    };
    (port as unknown as EventTarget).addEventListener('error', failed as EventListener);
  }

  async call<T>({ run, method, args = [], transfer = [], signal }: Called): Promise<T> {
    if (this.broken) throw this.broken;
    signal?.throwIfAborted();
    const call = this.calls++;
    const cancel = () => send(this.port, { cancel: call });
    try {
      return await new Promise<T>((resolve, reject) => {
        this.waiting.set(call, { resolve, reject });
        send(this.port, { call, method, run, args }, transfer);
        signal?.addEventListener('abort', cancel);
      });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    } finally {
      this.waiting.delete(call);
      signal?.removeEventListener('abort', cancel);
    }
  }

  tell(message: { readonly run: number } & ({ readonly set: Setting } | { readonly abort: true })): void {
    if (!this.broken) send(this.port, message);
  }

  close(error: ResidualError): void {
    if (this.broken) return;
    send(this.port, { close: true });
    this.broken = error;
    this.stop();
    for (const { reject } of this.waiting.values()) reject(error);
  }
}

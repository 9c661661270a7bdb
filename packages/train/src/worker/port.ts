import type { PlainError, Port } from '@residual/tensor';

/** What a page asks of a worker. Each call has a number and is answered once; all else is done without an answer. */
export type Question =
  | {
      readonly call: number;
      readonly method: Method;
      readonly run: number;
      readonly args: readonly unknown[];
    }
  | { readonly run: number; readonly set: Setting }
  | { readonly run: number; readonly abort: true }
  /** Ends a call, not the run. */
  | { readonly cancel: number }
  /** Nobody asks any more: all runs are disposed. */
  | { readonly close: true };

/** What is asked of a run: `next` and `leave` are its iteration. */
export type Method = 'start' | 'next' | 'leave' | 'ask' | 'checkpoint' | 'dispose';

/** What holds from the next step. */
export interface Setting {
  readonly learningRate?: number;
  readonly frozen?: readonly string[];
  readonly isPaused?: boolean;
}

/** What a worker answers. */
export type Answer =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: PlainError };

/** Messages are in an envelope of their own: other things may go through the same port. */
export interface Envelope<Message> {
  readonly training: Message;
}

/** Hears the messages in our envelopes; gives what ends it. */
export function listen<Message>(port: Port, heard: (message: Message) => void): () => void {
  const listener = ({ data }: { data: unknown }) => {
    if (typeof data === 'object' && data !== null && 'training' in data) heard((data as Envelope<Message>).training);
  };
  port.addEventListener('message', listener);
  port.start?.();
  return () => port.removeEventListener('message', listener);
}

/** Sends a message in our envelope. */
export function send(port: Port, training: Question | Answer, transfer: Transferable[] = []): void {
  port.postMessage({ training }, transfer);
}

/** A call of a tool that a model asks for. */
export interface ToolCall {
  /** The id by which a result names its call: nine letters and digits. */
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Why the call cannot be made: there is no such tool, or an argument does not fit its schema. */
  readonly problem?: string;
}

/** A part of an answer as it grows. */
export type AnswerPart =
  /** More of the text. */
  | { readonly kind: 'text'; readonly delta: string }
  /** More of the thinking before the text. */
  | { readonly kind: 'thinking'; readonly delta: string }
  /** More of a call as the model writes it, without its marks. */
  | { readonly kind: 'callText'; readonly delta: string }
  /** A whole call. */
  | { readonly kind: 'call'; readonly delta: ''; readonly call: ToolCall }
  /** A call that cannot be read: what the model wrote, with its marks, and why. */
  | { readonly kind: 'malformedCall'; readonly delta: string; readonly message: string };

/** Splits an answer into its parts while it grows. */
export interface AnswerParser {
  /** The parts that more of the text, with the texts of special tokens, completes. */
  push(text: string): AnswerPart[];
  /** The parts that were held back, once the answer has ended. */
  end(): AnswerPart[];
}

/** A call as it was read, before it is compared with the tools. */
export interface RawCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Whether a value is a record. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { ResidualError } from './errors.js';

/** An error as plain data, which can be sent over a port. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** The class: a built-in one such as `RangeError` or `DOMException`, or `ResidualError`; `Error` if absent. */
  readonly class?: string | undefined;
  readonly code?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Other properties with primitive values, such as `status` or `errno`. */
  readonly properties?: Readonly<Record<string, Primitive>> | undefined;
  readonly cause?: PlainCause | undefined;
  /** The errors of an `AggregateError`. */
  readonly errors?: readonly PlainCause[] | undefined;
}

type Primitive = string | number | boolean;

/** A cause: an error, or another thrown value. */
export type PlainCause = PlainError | { readonly value: Primitive | null | undefined };

/** The maximal length of a chain of causes. */
const maxDepth = 16;

/**
 * Converts an error to plain data, with its class, code, properties and causes. A thrown value that is not an error
 * becomes the message of one.
 */
export function errorToPlain(error: unknown, depth = 0): PlainError {
  if (!isError(error)) return { name: 'Error', message: textOf(error) };
  const { name, message, stack, cause } = error;
  const { code, details, errors } = error as Partial<ResidualError> & { errors?: unknown };
  const plain = (value: unknown): PlainCause => (isError(value) ? errorToPlain(value, depth + 1) : causeOf(value));
  const isDeep = depth >= maxDepth; // causes may be circular
  return {
    name,
    message,
    stack,
    class: classOf(error),
    ...(typeof code === 'string' && { code }),
    ...(ResidualError.is(error) && details !== undefined && { details }),
    properties: propertiesOf(error),
    ...(cause !== undefined && !isDeep && { cause: plain(cause) }),
    ...(Array.isArray(errors) && !isDeep && { errors: errors.map(plain) }),
  };
}

/** Converts plain data back to an error of the same class, if that is a built-in one or `ResidualError`. */
export function errorFromPlain(plain: PlainError): Error {
  const { name, stack, code, properties = {} } = plain;
  const error = errorOf(plain);
  const put = (property: string, value: unknown) => {
    if ((error as unknown as Record<string, unknown>)[property] !== value)
      Object.defineProperty(error, property, { value, configurable: true, writable: true });
  };
  put('name', name);
  if (stack !== undefined) put('stack', stack);
  if (code !== undefined) put('code', code);
  for (const [property, value] of Object.entries(properties)) put(property, value);
  return error;
}

function errorOf({ name, message, class: kind, code, details = {}, cause, errors = [] }: PlainError): Error {
  const options = cause && { cause: fromCause(cause) };
  if (kind === 'DOMException') {
    const error = new DOMException(message, name);
    if (options) Object.defineProperty(error, 'cause', { value: options.cause, configurable: true });
    return error;
  }
  if (kind === 'ResidualError') return new ResidualError(code ?? '', message, { details, ...options });
  if (kind === 'AggregateError') return new AggregateError(errors.map(fromCause), message, options);
  const builtIn = { EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
  return new (builtIn[kind as keyof typeof builtIn] ?? Error)(message, options);
}

const fromCause = (plain: PlainCause): unknown => ('value' in plain ? plain.value : errorFromPlain(plain));

const isPrimitive = (value: unknown): value is Primitive => ['string', 'number', 'boolean'].includes(typeof value);

/** Whether a value is an error, also of another realm. */
function isError(value: unknown): value is Error {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value));
}

function causeOf(value: unknown): PlainCause {
  return isPrimitive(value) || value == null ? { value } : { value: textOf(value) };
}

/** A value as text, also if `String` throws. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** The first class of the error that `errorFromPlain` can construct. */
function classOf(error: Error): string | undefined {
  if (ResidualError.is(error)) return 'ResidualError';
  if (typeof DOMException !== 'undefined' && error instanceof DOMException) return 'DOMException';
  const classes = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError];
  return classes.find(kind => error instanceof kind)?.name;
}

function propertiesOf(error: Error): Readonly<Record<string, Primitive>> {
  const own = ['name', 'message', 'stack', 'code', 'cause', 'details', 'errors', '@residual/error'];
  const entries = Object.entries(error).filter(([name, value]) => !own.includes(name) && isPrimitive(value));
  return Object.fromEntries(entries);
}

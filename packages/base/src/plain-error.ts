import { ResidualError } from './errors.js';

/** An error as it crosses a port: plain data. */
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string | undefined;
  /** The built-in class, such as `RangeError` or `DOMException`; `ResidualError` for errors of these packages; else an `Error`. */
  readonly class?: string | undefined;
  readonly code?: string | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Its other properties that are texts, numbers, true or false, such as `status` or `errno`. */
  readonly properties?: Readonly<Record<string, Primitive>> | undefined;
  readonly cause?: PlainCause | undefined;
  /** What an `AggregateError` is made of. */
  readonly errors?: readonly PlainCause[] | undefined;
}

type Primitive = string | number | boolean;

/** An error, or another value that was thrown. */
export type PlainCause = PlainError | { readonly value: Primitive | null | undefined };

/** Causes of causes are followed so far. */
const maxDepth = 16;

/** An error as plain data, with its class, code, properties and causes; what was thrown and is no error counts as the message of one. */
export function errorToPlain(error: unknown, depth = 0): PlainError {
  if (!isError(error)) return { name: 'Error', message: textOf(error) };
  const { name, message, stack, cause } = error;
  const { code, details, errors } = error as Partial<ResidualError> & { errors?: unknown };
  const plain = (value: unknown): PlainCause => (isError(value) ? errorToPlain(value, depth + 1) : causeOf(value));
  const isDeep = depth >= maxDepth; // a cause may even be its own
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

/** The error that `errorToPlain` was given, on the other side of a port: of the same class, where that is one of the language's or of these packages. */
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

/** Errors of another realm too, such as that of a sandbox. */
function isError(value: unknown): value is Error {
  return value instanceof Error || /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(value));
}

function causeOf(value: unknown): PlainCause {
  return isPrimitive(value) || value == null ? { value } : { value: textOf(value) };
}

/** Also of what has no text of its own. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** The nearest class in its line that can be made again. */
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

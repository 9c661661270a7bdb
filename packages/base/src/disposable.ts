/// <reference lib="esnext.disposable" preserve="true" />

/**
 * The value with `[Symbol.dispose]`, so that `using` frees it at the end of its scope. Where neither the platform nor a polyfill has that symbol by now, the
 * value stays as it is.
 */
export function disposable<Value extends object>(value: Value, dispose: () => void): Value & Disposable {
  return withMethod(value, Symbol.dispose, dispose) as Value & Disposable;
}

/** The same with `[Symbol.asyncDispose]`, for `await using`. */
export function asyncDisposable<Value extends object>(
  value: Value,
  dispose: () => Promise<void>,
): Value & AsyncDisposable {
  return withMethod(value, Symbol.asyncDispose, dispose) as Value & AsyncDisposable;
}

function withMethod<Value extends object>(value: Value, name: symbol | undefined, method: () => unknown): Value {
  if (name === undefined) return value;
  return Object.defineProperty(value, name, { value: method, configurable: true, writable: true });
}

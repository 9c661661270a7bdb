/// <reference lib="esnext.disposable" preserve="true" />

/**
 * Adds `[Symbol.dispose]` to a value, so that `using` disposes it at the end of its scope. If neither the platform nor
 * a polyfill defines the symbol, the value is unchanged.
 */
export function disposable<Value extends object>(value: Value, dispose: () => void): Value & Disposable {
  return withMethod(value, Symbol.dispose, dispose) as Value & Disposable;
}

/** Adds `[Symbol.asyncDispose]` to a value, for `await using`. */
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

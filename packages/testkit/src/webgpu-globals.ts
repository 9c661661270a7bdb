import '../../cli/src/machine/webgpu-globals.ts';

const { setImmediate: immediately, setTimeout: later } = globalThis;

/**
 * WebGPU for Node asks in every turn of the event loop whether the GPU is ready. In software that takes a core from it,
 * so here it asks once a millisecond.
 */
const rarely = (callback: (...values: unknown[]) => void, ...values: unknown[]) =>
  String(callback) === 'function () { [native code] }' ? later(callback, 1) : immediately(callback, ...values);

globalThis.setImmediate = Object.assign(rarely, immediately) as never;

import { register } from './register.js';

export { type WasmMemoryUsage, wasmMemoryUsage } from './memory-usage.js';

register();

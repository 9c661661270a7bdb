import { register } from './register.js';

export { type WasmMemory, wasmMemory } from './memory.js';

register();

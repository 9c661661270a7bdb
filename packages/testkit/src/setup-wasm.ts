import '@residual/backend-wasm';
import { useBackend } from '@residual/tensor';

await useBackend('wasm');

export { wasmMemory } from '@residual/backend-wasm';

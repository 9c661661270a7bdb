import '@residual/backend-wasm';
import { useBackend } from '@residual/tensor';

await useBackend('wasm');

export { wasmMemoryUsage } from '@residual/backend-wasm';

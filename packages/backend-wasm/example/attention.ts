// One query attends to 64 keys, on WebAssembly: node attention.js
import { wasmMemoryUsage } from '@residual/backend-wasm';
import { attend, ready, tensor } from '@residual/tensor';

console.log('backend', await ready());
const numbers = (length: number) => Float32Array.from({ length }, (_, i) => Math.sin(i));
const query = tensor(numbers(4 * 16), [1, 4, 1, 16]);
const keys = tensor(numbers(4 * 64 * 16), [1, 4, 64, 16]);
const output = attend({ query, key: keys, value: keys }, { causal: true });
console.log(output.shape.join(' x '), 'of', wasmMemoryUsage().heapBytes, 'bytes of heap');

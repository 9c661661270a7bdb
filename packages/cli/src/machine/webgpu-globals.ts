/** Gives Node the WebGPU globals of a browser. Import it before the backend, which reads them when it loads. */
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true, writable: true });

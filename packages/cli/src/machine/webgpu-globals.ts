/** Gives Node the WebGPU globals of a browser. Imported before the backend, which looks for them when it is imported. */
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true, writable: true });

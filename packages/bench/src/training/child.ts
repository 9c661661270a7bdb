/** The process of one trainer: serves the calls of `startProcess`. */
import { serveProcess } from '../process.js';
import type { Trainer, TrainingShape } from './trainer.js';

const name = process.argv[2]!;

async function start(): Promise<Trainer> {
  if (name !== 'tfjs') {
    await import('@residual/backend-wasm');
    return (await import('./residual.js')).residual();
  }
  await import('@tensorflow/tfjs-backend-wasm');
  const { ready, setBackend } = await import('@tensorflow/tfjs-core');
  await setBackend('wasm');
  await ready();
  return (await import('./stock.js')).stock();
}

const trainer = start();

serveProcess({
  begin: async (shape: TrainingShape) => (await trainer).begin(shape),
  step: async (number: number) => {
    const training = await trainer;
    const before = performance.now();
    const loss = await training.step(number);
    return { loss, milliseconds: performance.now() - before };
  },
  /** The memory of the WebAssembly module, which contains all tensors; it never shrinks. */
  peak: async () => {
    await trainer;
    const { engine } = await import('@tensorflow/tfjs-core');
    const { wasm } = engine().backend as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } };
    return wasm.asm.memory.buffer.byteLength;
  },
  fineTune: async (source: string, isLora: boolean) => {
    await trainer;
    return (await import('./lora.js')).fineTune(source, isLora);
  },
});

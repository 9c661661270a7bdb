/** The process of one trainer: serves the calls of `startProcess`. */
import { serveProcess } from '../processes/process.js';
import type { Trainer, TrainingShape } from './trainer.js';

async function start(name: string): Promise<Trainer> {
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

serveProcess(async () => {
  const trainer = await start(process.argv[2]!);
  return {
    begin: async (shape: TrainingShape) => trainer.begin(shape),
    step: async (number: number) => {
      const before = performance.now();
      const loss = await trainer.step(number);
      return { loss, milliseconds: performance.now() - before };
    },
    /** The memory of the WebAssembly module, which contains all tensors; it never shrinks. */
    peak: async () => {
      const { engine } = await import('@tensorflow/tfjs-core');
      const { wasm } = engine().backend as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } };
      return wasm.asm.memory.buffer.byteLength;
    },
    fineTune: async (source: string, isLora: boolean) => (await import('./lora.js')).fineTune(source, isLora),
  };
});

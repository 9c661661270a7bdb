/** The process of one subject: serves the calls of `inProcess`. */
import { peakMemory } from '../processes/peak-memory.js';
import { serveProcess } from '../processes/process.js';
import { answersOf } from './answers.js';
import type { SubjectName } from './subject-runner.js';
import type { Subject } from './subjects/subject.js';

async function start(name: SubjectName): Promise<Subject> {
  if (name === 'onnxruntime-web' || name === 'onnxruntime-web, 2 threads') {
    const { onnxruntime } = await import('./subjects/onnxruntime.js');
    return onnxruntime(name === 'onnxruntime-web' ? 1 : 2);
  }
  if (name === 'residual') {
    await import('@residual/backend-wasm');
    return (await import('./subjects/residual.js')).residual();
  }
  await import('@tensorflow/tfjs-backend-wasm');
  const { ready, setBackend } = await import('@tensorflow/tfjs-core');
  await setBackend('wasm');
  await ready();
  return (await import('./subjects/stock.js')).stock();
}

serveProcess(async () => ({
  ...answersOf(await start(process.argv[2] as SubjectName)),
  peak: async () => peakMemory(),
}));

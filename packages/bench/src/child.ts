/** The process of one subject: serves the calls of `inProcess`. */

import { serveProcess } from './process.js';
import type { SubjectName } from './subject-runner.js';
import { generate, type Subject } from './subjects/subject.js';

async function start(name: SubjectName): Promise<Subject> {
  if (name === 'onnxruntime-web') return (await import('./subjects/onnxruntime.js')).onnxruntime();
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

const subject = start(process.argv[2] as SubjectName);

serveProcess({
  load: async (source: string) => {
    const loading = await subject;
    const before = performance.now();
    await loading.load(source);
    return performance.now() - before;
  },
  write: async (prompt: readonly number[], count: number) => generate(await subject, prompt, count),
  peak: async () => process.resourceUsage().maxRSS * 1024,
});

/** The process of one subject: serves the calls of `inProcess`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { peakMemory } from '../processes/peak-memory.js';
import { serveProcess } from '../processes/process.js';
import { answersOf } from './answers.js';
import { ggufFile } from './gguf-file.js';
import type { OnnxForm } from './onnx/onnx-file.js';
import { parseSubject, type SubjectName } from './subject-runner.js';
import type { Subject } from './subjects/subject.js';

async function start(name: SubjectName): Promise<Subject> {
  const { library, form, threads, cache } = parseSubject(name);
  switch (library) {
    case 'onnxruntime-web':
    case 'onnxruntime-node': {
      const { onnxruntime } = await import('./subjects/onnxruntime.js');
      return onnxruntime({ runtime: library, form: form as OnnxForm, threads });
    }
    case 'llama.cpp':
      return (await import('./subjects/llama-cpp.js')).llamaCpp(form);
    case 'transformers.js':
      return (await import('./subjects/transformers-js.js')).transformersJs(form as OnnxForm);
    case 'the machine':
      return (await import('./subjects/machine.js')).machine(form);
    case 'residual': {
      await import('@residual/backend-wasm');
      const { residual } = await import('./subjects/residual.js');
      const subject = residual(form, cache);
      const fileOf = (folder: string) =>
        existsSync(join(folder, 'model.safetensors')) ? folder : join(folder, ggufFile(form));
      return { ...subject, load: async folder => subject.load(fileOf(folder)) };
    }
    case 'tfjs': {
      await import('@tensorflow/tfjs-backend-wasm');
      const { ready, setBackend } = await import('@tensorflow/tfjs-core');
      await setBackend('wasm');
      await ready();
      return (await import('./subjects/stock.js')).stock();
    }
  }
}

serveProcess(async () => ({
  ...answersOf(await start(process.argv[2] as SubjectName)),
  peak: async () => peakMemory(),
}));

/** The process of one subject: serves the calls of `inProcess`. */
import { peakMemory } from '../processes/peak-memory.js';
import { serveProcess } from '../processes/process.js';
import { answersOf } from './answers.js';
import type { OnnxForm } from './onnx/onnx-file.js';
import { parseSubject, type SubjectName } from './subject-runner.js';
import type { Subject } from './subjects/subject.js';

async function start(name: SubjectName): Promise<Subject> {
  const { library, form, threads } = parseSubject(name);
  switch (library) {
    case 'onnxruntime-web':
    case 'onnxruntime-node': {
      const { onnxruntime } = await import('./subjects/onnxruntime.js');
      return onnxruntime({ runtime: library, form: form as OnnxForm, threads });
    }
    case 'llama.cpp':
      return (await import('./subjects/llama-cpp.js')).llamaCpp(form);
    case 'the machine':
      return (await import('./subjects/machine.js')).machine(form);
    case 'residual': {
      await import('@residual/backend-wasm');
      return (await import('./subjects/residual.js')).residual(form);
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

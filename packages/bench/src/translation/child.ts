/** The process of one translator: serves the calls of `startProcess`. */
import { peakMemory } from '../processes/peak-memory.js';
import { serveProcess } from '../processes/process.js';
import { formOf, type Sentence, type TranslateSettings, type Translator, type TranslatorName } from './translator.js';

async function start(name: TranslatorName): Promise<Translator> {
  if (name === 'onnxruntime-web' || name === 'onnxruntime-web, 2 threads') {
    const { onnxruntime } = await import('./onnxruntime.js');
    return onnxruntime(name === 'onnxruntime-web' ? 1 : 2);
  }
  await import('@residual/backend-wasm');
  return (await import('./residual.js')).residual(formOf(name));
}

serveProcess(async () => {
  const translator = await start(process.argv[2] as TranslatorName);
  return {
    load: async (folder: string) => {
      const before = performance.now();
      await translator.load(folder);
      return performance.now() - before;
    },
    translate: async (sentences: readonly Sentence[], settings: TranslateSettings) => {
      const before = performance.now();
      const tokens = await translator.translate(sentences, settings);
      return { tokens, milliseconds: performance.now() - before };
    },
    peak: async () => peakMemory(),
  };
});

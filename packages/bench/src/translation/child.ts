/** The process of one translator: serves the calls of `startProcess`. */
import { serveProcess } from '../process.js';
import type { Sentence, TranslateSettings, Translator } from './translator.js';

async function start(name: string): Promise<Translator> {
  if (name === 'onnxruntime-web') return (await import('./onnxruntime.js')).onnxruntime();
  await import('@residual/backend-wasm');
  return (await import('./residual.js')).residual();
}

const translator = start(process.argv[2]!);

serveProcess({
  load: async (folder: string) => (await translator).load(folder),
  translate: async (sentences: readonly Sentence[], settings: TranslateSettings) => {
    const before = performance.now();
    const tokens = await (await translator).translate(sentences, settings);
    return { tokens, milliseconds: performance.now() - before };
  },
  peak: async () => process.resourceUsage().maxRSS * 1024,
});

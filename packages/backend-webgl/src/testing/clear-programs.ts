import { requireBackend } from '@residual/tensor';
import { engine } from '@tensorflow/tfjs-core';

const caches: Readonly<Record<string, string>> = { webgl: 'binaryCache', webgpu: 'pipelineCache' };

/** Lets the active GPU backend compile all programs anew, so that what a file counts does not depend on the files before it. */
export function clearPrograms(): void {
  const name = requireBackend();
  Object.assign(engine().registry[name] as object, { [caches[name]!]: {} });
}

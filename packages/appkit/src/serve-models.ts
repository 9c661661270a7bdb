import { serveModels } from '@residual/model/worker';
import { hasSoftwareGraphics, registerWebGpu } from './backends.js';
import { reportDownloads } from './downloads.js';

/** In a worker: serves models on the backends of this machine, and what `more` serves, and says that it is ready. */
export async function serveModelsHere(more: () => void = () => {}): Promise<void> {
  reportDownloads();
  await registerWebGpu();
  serveModels(self);
  more();
  self.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });
}

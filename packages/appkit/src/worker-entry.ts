import { serveModels } from '@residual/model/worker';
import { bringWebGpu, hasSoftwareGraphics } from './backends.js';

await bringWebGpu();
serveModels(self);
self.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });

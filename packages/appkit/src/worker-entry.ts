import { serveModels } from '@residual/model/worker';
import { hasSoftwareGraphics, registerWebGpu } from './backends.js';
import { reportDownloads } from './downloads.js';

reportDownloads();
await registerWebGpu();
serveModels(self);
self.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });

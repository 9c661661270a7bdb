import { serveModels } from '@residual/model/worker';
import { bringWebGpu, hasSoftwareGraphics } from './backends.js';
import { tellDownloads } from './downloads.js';

tellDownloads();
await bringWebGpu();
serveModels(self);
self.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });

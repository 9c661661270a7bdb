import { bringWebGpu, hasSoftwareGraphics } from '@residual/appkit/backends';
import { tellDownloads } from '@residual/appkit/downloads';
import { registeredBackends } from '@residual/tensor';
import { serveTraining } from '@residual/train/worker';
import { jobs } from './work/jobs.js';

tellDownloads();
await bringWebGpu();
serveTraining(self, jobs);
const backends = registeredBackends().filter(name => name !== 'cpu');
self.postMessage({ ready: { backends, softwareGraphics: hasSoftwareGraphics() } });

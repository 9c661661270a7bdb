import { hasSoftwareGraphics, registerWebGpu } from '@residual/appkit/backends';
import { reportDownloads } from '@residual/appkit/downloads';
import { registeredBackends } from '@residual/tensor';
import { serveTraining } from '@residual/train/worker';
import { jobs } from './work/jobs.js';

reportDownloads();
await registerWebGpu();
serveTraining(self, jobs);
const backends = registeredBackends().filter(name => name !== 'cpu');
self.postMessage({ ready: { backends, softwareGraphics: hasSoftwareGraphics() } });

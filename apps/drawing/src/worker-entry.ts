import { hasSoftwareGraphics, registerWebGpu } from '@residual/appkit/backends';
import { reportDownloads } from '@residual/appkit/downloads';
import { serveTraining } from '@residual/train/worker';
import { jobs } from './work/jobs.js';

reportDownloads();
await registerWebGpu();
serveTraining(self, jobs);
self.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });

import { serveModelsHere } from '@residual/appkit/serve-models';
import { serveTraining } from '@residual/train/worker';
import { jobs } from './work/jobs.js';

await serveModelsHere(() => serveTraining(self, jobs));

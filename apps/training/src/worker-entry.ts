import { bringWebGpu, hasSoftwareGraphics } from '@residual/appkit/backends';
import { registeredBackends } from '@residual/tensor';
import { type Port, serveTraining } from '@residual/train/worker';
import { jobs } from './work/jobs.js';

await bringWebGpu();
/** The types of a page are in force here, whose `postMessage` also names an origin; a worker's does not. */
const port = self as unknown as Port;
serveTraining(port, jobs);
const backends = registeredBackends().filter(name => name !== 'cpu');
port.postMessage({ ready: { backends, softwareGraphics: hasSoftwareGraphics() } });

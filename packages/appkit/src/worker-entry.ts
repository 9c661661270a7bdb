import { type Port, serveModels } from '@residual/model/worker';
import { bringWebGpu, hasSoftwareGraphics } from './backends.js';

await bringWebGpu();
/** The types of a page are in force here, whose `postMessage` also names an origin; a worker's does not. */
const port = self as unknown as Port;
serveModels(port);
port.postMessage({ ready: { softwareGraphics: hasSoftwareGraphics() } });

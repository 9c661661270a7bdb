import { reportDownloads } from '@residual/appkit/downloads';
import { offer } from './calls.js';
import { functions } from './computations.js';

reportDownloads();
/** The words answer at once; the model and its backend are only fetched when someone wants to see it. */
offer(self, {
  ...functions,
  startModels: async (port: MessagePort) => {
    const [{ serveModels }] = await Promise.all([import('@residual/model/worker'), import('@residual/backend-wasm')]);
    serveModels(port);
  },
});

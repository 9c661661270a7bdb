import { offer } from '@residual/appkit/calls';
import { reportDownloads } from '@residual/appkit/downloads';
import { functions } from './computations.js';
import { passageFunctions } from './passages.js';
import { sentenceFunctions } from './sentence-computations.js';

reportDownloads();
/** The word vectors work at once; the model and its backend are loaded at their first use. */
offer(self, 'arithmetic', {
  ...functions,
  ...sentenceFunctions,
  ...passageFunctions,
  startModels: async (port: MessagePort) => {
    const [{ serveModels }] = await Promise.all([import('@residual/model/worker'), import('@residual/backend-wasm')]);
    serveModels(port);
  },
});

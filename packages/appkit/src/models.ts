import type { OnDownload } from './downloads.js';
import { type ModelWorker, startModelWorker } from './model-worker.js';
import script from './worker-entry.ts?worker&url';

export { type ModelWorker, type PageLoad, type PageModel, pageModel } from './model-worker.js';

/** Starts the worker that only runs models, and reports its downloads. Errors if it does not start. */
export const startModels = (onDownload: OnDownload): Promise<ModelWorker> => startModelWorker(script, onDownload);

/** The worker whose models `concurrent.ts` measures. */
import '@residual/backend-wasm';
import { parentPort } from 'node:worker_threads';
import { serveModels } from '@residual/model/worker';

serveModels(parentPort);

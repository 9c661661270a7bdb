import { type LoadingView, loadOnce, shippedModel } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { Models, RemoteModel } from '@residual/model/worker';
import type { functions } from './computations.js';

/** The models of the worker, whose backend is loaded once at its first use. */
export function workerModels(
  worker: Remote<typeof functions & { startModels: (port: MessagePort) => Promise<void> }>,
): () => Promise<Models> {
  return loadOnce(async () => {
    const { connectModels } = await import('@residual/model/worker');
    const { port1, port2 } = new MessageChannel();
    await worker.startModels(port2);
    return connectModels(port1);
  });
}

/** The storyteller, loaded once at its first use. */
export function storyteller(models: () => Promise<Models>, view: LoadingView): () => Promise<RemoteModel> {
  return loadOnce(async () => {
    view.start();
    try {
      return await (await models()).load(shippedModel('stories'), { onProgress: view.onProgress });
    } finally {
      view.end();
    }
  });
}

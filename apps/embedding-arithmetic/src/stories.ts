import { type LoadingView, loadOnce, shippedModel } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { RemoteModel } from '@residual/model/worker';
import type { functions } from './computations.js';

/** The storyteller, loaded once at its first use. */
export function storyteller(
  worker: Remote<typeof functions & { startModels: (port: MessagePort) => Promise<void> }>,
  view: LoadingView,
): () => Promise<RemoteModel> {
  return loadOnce(async () => {
    view.start();
    try {
      const { connectModels } = await import('@residual/model/worker');
      const { port1, port2 } = new MessageChannel();
      await worker.startModels(port2);
      const models = connectModels(port1);
      return await models.load(shippedModel('stories'), { onProgress: view.onProgress });
    } finally {
      view.end();
    }
  });
}

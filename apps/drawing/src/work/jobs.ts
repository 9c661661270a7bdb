import { hasSoftwareGraphics } from '@residual/appkit/backends';
import { selectBackend } from '@residual/appkit/workers';
import { useBackend } from '@residual/tensor';
import type { JobControls } from '@residual/train/worker';
import { type OwnDrawingsSettings, ownDrawings } from './own-drawings.js';

/** The jobs of this worker. */
export const jobs = {
  /** Selects a backend by name, and trains on one's own drawings there. */
  own: async (settings: OwnDrawingsSettings & { readonly backend: string }, controls: JobControls) => {
    const { backend, ...others } = settings;
    await selectBackend(backend, hasSoftwareGraphics, useBackend);
    return ownDrawings(others, loading => self.postMessage({ loading }), controls);
  },
};

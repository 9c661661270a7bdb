import type { JobControls } from '@residual/train/worker';
import type { OwnDrawingsSettings } from './own-drawings.js';

/** The jobs of this worker. */
export const jobs = {
  /** Trains on one's own drawings, on the backend that is selected. The code of training is loaded for it. */
  own: async (settings: OwnDrawingsSettings, controls: JobControls) => {
    const { ownDrawings } = await import('./own-drawings.js');
    return ownDrawings(settings, loading => self.postMessage({ loading }), controls);
  },
};

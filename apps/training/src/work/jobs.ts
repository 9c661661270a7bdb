import { hasSoftwareGraphics } from '@residual/appkit/backends';
import { selectBackend } from '@residual/appkit/workers';
import { useBackend } from '@residual/tensor';
import type { JobControls, Requests, TrainingJob } from '@residual/train/worker';
import { characterGpt, type GptSettings } from './character-gpt.js';
import { type FineTuneSettings, fineTuning } from './fine-tuning.js';
import { fit } from './fitting.js';

/** A job that first selects the backend of its settings and reports its name. */
const withBackend =
  <Settings, Asked extends Requests>(
    make: (settings: Settings, controls: JobControls) => TrainingJob<Asked> | Promise<TrainingJob<Asked>>,
  ) =>
  async (settings: Settings & { readonly backend: string }, controls: JobControls) => {
    const backend = await selectBackend(settings.backend, hasSoftwareGraphics, useBackend);
    const job = await make(settings, controls);
    return { ...job, requests: { ...job.requests!, backend: () => backend } };
  };

/** The jobs of this worker. */
export const jobs = {
  fit: withBackend(fit),
  gpt: withBackend((settings: GptSettings, controls) =>
    characterGpt(settings, surveyed => self.postMessage({ surveyed }), controls),
  ),
  tune: withBackend((settings: FineTuneSettings, controls) =>
    fineTuning(settings, loading => self.postMessage({ loading }), controls),
  ),
};

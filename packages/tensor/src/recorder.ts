import { ResidualError } from './errors.js';
import { Recording } from './recording.js';
import { type Tensor, tidy } from './tensor.js';

let active: Recording | undefined;

/** The recording that is on, if any. */
export function activeRecorder(): Recording | undefined {
  return active;
}

/**
 * Runs `step(...inputs)` once and remembers every kernel it ran. Gives the step's results and the recording; the caller disposes both. The step is
 * synchronous, reads nothing back and uses ops of this package alone; what it makes and does not return is disposed.
 */
export function record(
  step: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): { outputs: readonly Tensor[]; recording: Recording } {
  if (active) throw new ResidualError('recorder', 'record: a recording is already on');
  const recording = new Recording(inputs);
  active = recording;
  try {
    const outputs = tidy(() => {
      const results = step(...inputs);
      recording.finish(results);
      return results;
    });
    return { outputs, recording };
  } catch (error) {
    recording.dispose();
    throw error;
  } finally {
    active = undefined;
  }
}

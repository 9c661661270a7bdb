import { ResidualError } from './errors.js';
import { Recording } from './recording.js';
import { type Tensor, tidy } from './tensor.js';
import { activeRecorder, withRecording } from './watchers.js';

/**
 * For a layer whose step depends on a number of JavaScript that may be another one next time, such as the length so far: a recording of it would go on with the old one,
 * so `record` throws with this reason (code `recorder`). Does nothing while none is on.
 */
export function refuseRecording(reason: string): void {
  if (activeRecorder()) throw new ResidualError('recorder', `record: ${reason}`);
}

/**
 * Runs `step(...inputs)` once and remembers every kernel it ran. Gives the step's results and the recording; the caller disposes both. The step is
 * synchronous, reads nothing back and uses ops of this package alone; what it makes and does not return is disposed.
 */
export function record(
  step: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): { outputs: readonly Tensor[]; recording: Recording } {
  if (activeRecorder()) throw new ResidualError('recorder', 'record: a recording is already on');
  const recording = new Recording(inputs);
  try {
    const outputs = withRecording(recording, () =>
      tidy(() => {
        const results = step(...inputs);
        recording.finish(results);
        return results;
      }),
    );
    return { outputs, recording };
  } catch (error) {
    recording.dispose();
    throw error;
  }
}

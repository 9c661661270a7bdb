import { ResidualError } from '../errors.js';
import { activeCapture, withCapture } from '../op-observers.js';
import { type Tensor, tidy } from '../tensor.js';
import { CapturedGraph } from './captured-graph.js';

/**
 * For a layer whose step depends on a number of JavaScript that may be another one next time, such as the length so far: a recording of it would go on with the old one,
 * so `record` throws with this reason (code `recorder`). Does nothing while none is on.
 */
export function refuseCapture(reason: string): void {
  if (activeCapture()) throw new ResidualError('capture', `capture: ${reason}`);
}

/**
 * Runs `step(...inputs)` once and remembers every kernel it ran. Gives the step's results and the recording; the caller disposes both. The step is
 * synchronous, reads nothing back and uses ops of this package alone; what it makes and does not return is disposed.
 */
export function capture(
  step: (...inputs: Tensor[]) => readonly Tensor[],
  inputs: readonly Tensor[],
): { outputs: readonly Tensor[]; graph: CapturedGraph } {
  if (activeCapture()) throw new ResidualError('capture', 'capture: a capture is already running');
  const graph = new CapturedGraph(inputs);
  try {
    const outputs = withCapture(graph, () =>
      tidy(() => {
        const results = step(...inputs);
        graph.finish(results);
        return results;
      }),
    );
    return { outputs, graph };
  } catch (error) {
    graph.dispose();
    throw error;
  }
}

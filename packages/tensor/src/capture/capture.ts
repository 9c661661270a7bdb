import { ResidualError } from '../errors.js';
import { activeCapture, withCapture } from '../op-observers.js';
import { type Tensor, tidy } from '../tensor.js';
import { CapturedGraph } from './captured-graph.js';

/**
 * Makes `capture` throw with this reason (code `capture`); does nothing outside a capture. For layers whose step
 * depends on a JavaScript number that changes between steps, such as the length so far: a replay would keep the old
 * number.
 */
export function refuseCapture(reason: string): void {
  if (activeCapture()) throw new ResidualError('capture', `capture: ${reason}`);
}

/**
 * Runs `step(...inputs)` once and captures every kernel that it runs, as a CUDA graph does. Returns the outputs of the
 * step and the graph; the caller disposes both. The step must be synchronous, read nothing back and use ops of this
 * package only. Its intermediate tensors are disposed.
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

import type { Cache } from '@residual/attention';
import { type Recording, ResidualError, record, type Tensor } from '@residual/tensor';

/** The tensors that differ from step to step. */
export interface StepInputs {
  readonly ids: Tensor;
  /** Where the tokens stand. */
  readonly places: Tensor;
  readonly position: Tensor;
  readonly source: Tensor | undefined;
}

/**
 * Steps of one token a row, run the first time as they are written and recorded, then replayed: the same kernels on the same weights without the JavaScript around
 * them. Another number of rows or another room in the cache is another step. A model that says it cannot be recorded runs as written.
 */
export class RecordedSteps {
  private recording: Recording | undefined;
  private key = '';
  private refused = false;

  /** Whether steps can be recorded at all. */
  get areRefused(): boolean {
    return this.refused;
  }

  /** Runs one step; `run` is the step as written. Gives the logits, which the caller disposes; the cache holds what the step made of it. */
  step(inputs: StepInputs, cache: Cache, run: (inputs: StepInputs) => Tensor): Tensor {
    const { ids, places, position, source } = inputs;
    const changing = [ids, places, position, ...(source ? [source] : [])];
    const key = [...changing, ...cache.tensors].map(({ shape }) => shape.join('x')).join();
    if (this.recording && key === this.key) {
      const [logits, ...held] = this.recording.replay([...changing, ...cache.tensors]);
      cache.tensors = held;
      return logits!;
    }
    this.forget();
    if (this.refused) return run(inputs);
    try {
      const step = () => [run(inputs), ...cache.tensors];
      const { outputs, recording } = record(step, [...changing, ...cache.tensors]);
      this.recording = recording;
      this.key = key;
      return outputs[0]!;
    } catch (error) {
      if (!(ResidualError.is(error) && error.code === 'recorder')) throw error;
      this.refused = true;
      return run(inputs);
    }
  }

  /** Lets go of what was recorded: it read weights, and what rows had read, that may be others now. */
  forget(): void {
    this.recording?.dispose();
    this.recording = undefined;
  }
}

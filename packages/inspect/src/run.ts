import { emptyScope, type Hook, record, type Scope, withHooks } from '@residual/layers';
import { disposable, expectOptions, ResidualError, type Tensor, tidy } from '@residual/tensor';
import type { BoundLayer } from './bound-layer.js';
import { inputTensors, type ModelInput } from './model-input.js';
import { pathOfName } from './names/transformer-lens.js';

/** Settings of `run`. */
export interface RunOptions {
  /**
   * The activations to keep: paths such as `decoder.layers.3.attention.weights`, `*` for one step and `**` for any
   * number, or names of TransformerLens such as `blocks.3.attn.hook_pattern`; none if absent.
   */
  readonly names?: readonly string[];
  /** What changes the run, such as `ablate` and `patch`; activations are kept as they are afterwards. */
  readonly hooks?: readonly Hook[];
  /** The scope of the run, for a mask or a cache; empty if absent. */
  readonly scope?: Scope;
}

/** The tensors of one run. */
export interface Run extends Disposable {
  /** The output of the layer; of a language model the logits [batch, length, vocab]. */
  readonly output: Tensor;
  /** The activations by path, in the order in which they came up. */
  readonly activations: ReadonlyMap<string, Tensor>;
  /** The activation of a path or a name of TransformerLens. Errors if the run did not keep it. */
  activation(name: string): Tensor;
  /** Frees output and activations. */
  dispose(): void;
}

/**
 * Runs a layer or a loaded model and keeps activations by name. The caller disposes the result. Errors if a name
 * matches no tensor of the run.
 */
export function run(model: BoundLayer, input: ModelInput, options: RunOptions = {}): Run {
  expectOptions('run', options, { names: 0, hooks: 0, scope: 0 });
  const { names = [], hooks = [], scope = emptyScope } = options;
  const recorder = record(names.map(pathOfName), withHooks(hooks, scope), 'run');
  try {
    const output = tidy(() =>
      model.layer(model.weights, inputTensors('run', input) as never, recorder.scope),
    ) as Tensor;
    const dispose = () => {
      output.dispose();
      recorder.dispose();
    };
    const activation = (name: string) => activationOf(recorder.values, name);
    return disposable({ output, activations: recorder.values, activation, dispose }, dispose);
  } catch (error) {
    recorder.dispose();
    throw error;
  }
}

function activationOf(activations: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const activation = activations.get(pathOfName(name));
  if (activation) return activation;
  const kept = [...activations.keys()].slice(0, 8).join(', ');
  throw new ResidualError('tap', `run: '${name}' was not kept; the run has ${kept || 'no activations'}`);
}

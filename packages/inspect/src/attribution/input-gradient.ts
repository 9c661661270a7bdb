import { emptyScope } from '@residual/layers';
import {
  clone,
  concat,
  gradients,
  isTensor,
  ResidualError,
  showShape,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { BoundLayer } from '../bound-layer.js';
import { change } from '../hooks/change.js';
import { lengthOfOne, positionIn } from '../lens/one-sequence.js';
import { inputTensors, type ModelInput } from '../model-input.js';
import { run } from '../run.js';
import { type Anatomy, anatomyOf } from '../structure/anatomy.js';
import { type AttributionMetric, measureOf } from './attribution-metric.js';

/** A number that a model computes from one of its activations. */
export interface ActivationFunction {
  readonly anatomy: Anatomy;
  /** The path of the activation. */
  readonly path: string;
  /** The activation of the run, [1, length, width]. The caller disposes it. */
  read(): Tensor;
  /** The sum over a batch of activations x [batch, length, width], as a tensor of shape []. Call it in a `tidy`. */
  value(x: Tensor): Tensor;
  /** The gradient of that sum, [batch, length, width]. The caller disposes both. */
  gradient(x: Tensor): { readonly value: Tensor; readonly gradient: Tensor };
}

/**
 * What a model makes of an activation in the place of the one at `name`; of the token embedding if that is absent.
 * Errors if the activation is not [1, length, width], or if what is measured does not fit the model.
 */
export function activationFunction(
  caller: string,
  model: BoundLayer,
  input: ModelInput,
  { name, ...metric }: AttributionMetric & { readonly name?: string | undefined },
): ActivationFunction {
  const anatomy = anatomyOf(caller, model);
  const measure = measureOf(caller, metric, anatomy.vocab);
  const position = positionIn(caller, metric.position ?? -1, lengthOfOne(caller, model, input));
  const path = name ?? `${anatomy.embedding}.output`;
  const value = (x: Tensor) =>
    tidy(() => {
      const scope = emptyScope.with(logitPositions, tensor([position], [1], 'int32'));
      const hooks = [change(caller, path, () => clone(x))];
      return measure(run(model, repeated(inputTensors(caller, input), x.shape[0]!), { hooks, scope }).output);
    });
  return {
    anatomy,
    path,
    value,
    read: () => readActivation(caller, model, input, path),
    gradient: x => {
      const { value: sum, gradients: gradient } = gradients(() => value(x), x);
      return { value: sum, gradient: gradient ?? zeros(x.shape) };
    },
  };
}

function readActivation(caller: string, model: BoundLayer, input: ModelInput, path: string): Tensor {
  const rows = tensor([0], [1], 'int32');
  try {
    const result = run(model, input, { names: [path], scope: emptyScope.with(logitPositions, rows) });
    const x = tidy(() => clone(result.activation(path)));
    result.dispose();
    if (x.shape.length === 3) return x;
    x.dispose();
    throw new ResidualError('shape', `${caller}: ${path} is ${showShape(x.shape)}; it must be [1, length, width]`);
  } finally {
    rows.dispose();
  }
}

type InputTensors = ReturnType<typeof inputTensors>;

/** A batch of copies of an input of one sequence. */
function repeated(input: InputTensors, batch: number): InputTensors {
  const repeat = (ids: Tensor) => concat(Array(batch).fill(ids), 0);
  return isTensor(input) ? repeat(input) : { source: repeat(input.source), target: repeat(input.target) };
}

import { add, dispose, gradients, linear, type Tensor, tanh, tensor, tidy } from '@residual/tensor';
import { meanSquaredError } from '@residual/train';

/** A perceptron with one hidden layer: v tanh(W x + b) + c. */
interface Perceptron {
  /** W [hidden, inputs] and b [hidden]. */
  readonly up: { readonly weight: Tensor; readonly bias: Tensor };
  /** v [1, hidden] and c [1]. */
  readonly down: { readonly weight: Tensor; readonly bias: Tensor };
}

/** Numbers of all parts of a perceptron: values, or gradients of the loss with respect to them. */
export interface FlowNumbers {
  /** W [hidden, inputs], b [hidden], v [hidden] and c [1]. */
  readonly up: ArrayLike<number>;
  readonly upBias: ArrayLike<number>;
  readonly down: ArrayLike<number>;
  readonly downBias: ArrayLike<number>;
  /** The sums before the bend and the values behind it [hidden], and the output [1]. */
  readonly sums: ArrayLike<number>;
  readonly hidden: ArrayLike<number>;
  readonly output: ArrayLike<number>;
}

/** One point on its way through a perceptron and back. */
export interface Backward {
  readonly loss: number;
  readonly values: FlowNumbers;
  readonly gradients: FlowNumbers;
}

/** The values and the gradients of one point: its inputs, then its target. */
export async function backward({ up, down }: Perceptron, example: readonly number[]): Promise<Backward> {
  const [hidden, inputs] = up.weight.shape as [number, number];
  const x = tensor(example.slice(0, inputs), [1, inputs]);
  const target = tensor(example.slice(inputs, inputs + 1), [1, 1]);
  // A zero is added to each inner value, and the gradient of the zero is that of the value.
  const zeros = (width: number) => tensor(new Float32Array(width), [1, width]);
  const added = { sums: zeros(hidden), hidden: zeros(hidden), output: zeros(1) };
  const leaves = { up: up.weight, upBias: up.bias, down: down.weight, downBias: down.bias, ...added };
  const forward = () => {
    const sums = add(linear(x, up.weight, up.bias), added.sums);
    const bent = add(tanh(sums), added.hidden);
    return { sums, hidden: bent, output: add(linear(bent, down.weight, down.bias), added.output) };
  };
  const inner = tidy(forward);
  const { value, gradients: found } = gradients(() => meanSquaredError(forward().output, target), leaves);
  try {
    const read = async (tensors: Readonly<Record<string, Tensor | undefined>>) => {
      const entries = Object.entries(tensors).map(async ([name, one]) => [name, await one!.data()] as const);
      return Object.fromEntries(await Promise.all(entries)) as unknown as FlowNumbers;
    };
    const [loss] = await value.data();
    return { loss: loss!, values: await read({ ...leaves, ...inner }), gradients: await read(found) };
  } finally {
    dispose([x, target, value, ...Object.values(inner), ...Object.values(added), ...Object.values(found)]);
  }
}

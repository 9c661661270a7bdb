/**
 * A small network with an activation of its own learns "one or the other, not both" by plain gradient descent: node
 * exclusive-or.js
 */
import '@residual/backend-cpu';
import {
  defineOp,
  dispose,
  exp,
  gradients,
  linear,
  mean,
  mul,
  normalValues,
  ready,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
} from '@residual/tensor';

/** e^(-x²), with a gradient of its own: -2 x e^(-x²). Without one, gradients would go through the composition. */
const bell = defineOp<{ x: Tensor }>({
  name: 'example.bell',
  compose: ({ x }) => exp(mul(square(x), -1)),
  saves: ['x', 'output'],
  gradient: (dy, { saved: { x, output } }) => ({ x: () => mul(dy, mul(mul(x, output), -2)) }),
});

await ready();
const questions = tensor([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
const answers = tensor([0, 1, 1, 0], [4, 1]);
const random = (path: string, shape: number[]) => tensor(normalValues(1, path, shape[0]! * shape[1]!), shape);

let weights = { hidden: random('hidden', [3, 2]), output: random('output', [1, 3]) };
const guess = ({ hidden, output }: typeof weights) => linear(bell({ x: linear(questions, hidden) }), output);

for (let step = 0; step <= 600; step++) {
  const result = gradients(() => mean(square(sub(guess(weights), answers))), weights);
  if (step % 150 === 0) console.log(`step ${step}: loss ${(await result.value.data())[0]!.toFixed(6)}`);
  const descend = (weight: Tensor, slope: Tensor | undefined) => sub(weight, mul(slope!, 0.2));
  const next = tidy(() => ({
    hidden: descend(weights.hidden, result.gradients.hidden),
    output: descend(weights.output, result.gradients.output),
  }));
  dispose([weights, result]);
  weights = next;
}

const outputs = tidy(() => guess(weights));
console.log([...(await outputs.data())].map(value => value.toFixed(2)).join(' ')); // near 0 1 1 0
dispose([weights, questions, answers, outputs]);

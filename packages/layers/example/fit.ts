/** A custom layer learns y = 3 a - 2 b + 1 from six examples by gradient descent. */
import '@residual/backend-cpu';
import { init, layer, linear } from '@residual/layers';
import { dense, dispose, gradients, mean, mul, ready, square, sub, type Tensor, tensor, tidy } from '@residual/tensor';

const map = linear({ in: 2, out: 1 });
const guess = layer({ map }, (w, x: Tensor) => map(w.map, x));
const points = [
  [0, 0],
  [1, 0],
  [0, 1],
  [1, 1],
  [2, -1],
  [-1, 2],
] as const;

await ready();
const x = tensor(points.flat(), [6, 2]);
const y = tensor(
  points.map(([a, b]) => 3 * a - 2 * b + 1),
  [6, 1],
);

let weights = init(guess, { seed: 1 });
for (let step = 0; step <= 200; step++) {
  const loss = gradients(() => mean(square(sub(guess(weights, x), y))), weights);
  if (step % 50 === 0) console.log(`step ${step}: loss ${(await loss.value.data())[0]!.toFixed(5)}`);
  const { weight, bias } = loss.gradients.map;
  const next = tidy(() => ({
    map: {
      weight: sub(dense(weights.map.weight), mul(weight!, 0.1)),
      bias: sub(weights.map.bias!, mul(bias!, 0.1)),
    },
  }));
  dispose([weights, loss]);
  weights = next;
}
console.log('weight', [...(await dense(weights.map.weight).data())], 'bias', [...(await weights.map.bias!.data())]);
dispose([weights, x, y]);

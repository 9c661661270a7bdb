/** Fits y = 2x + 1 by gradient descent and compares with the closed form: node line.ts */
import '@residual/backend-cpu';
import { init, linear } from '@residual/layers';
import { dense, dispose, ready, tensor } from '@residual/tensor';
import { meanSquaredError, sgd, train } from '@residual/train';

await ready();
const points = [
  [0, 1.1],
  [1, 2.9],
  [2, 5.2],
  [3, 6.8],
] as const;
const line = linear({ in: 1, out: 1 });
const weights = init(line, { seed: 1 });
const x = tensor(
  points.map(([x]) => x),
  [4, 1],
);
const y = tensor(
  points.map(([, y]) => y),
  [4, 1],
);
const loss = (w: typeof weights) => meanSquaredError(line(w, x), y);
const run = train({ layer: line, weights, loss, batches: [x], steps: 800, learningRate: 0.1, optimizer: sgd() });
for await (const event of run)
  if (event.type === 'step' && event.step % 200 === 0) console.log(`step ${event.step}: loss ${event.loss.toFixed(6)}`);

const n = points.length;
const mean = (of: (point: readonly [number, number]) => number) =>
  points.reduce((sum, point) => sum + of(point), 0) / n;
const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)];
const slope = mean(([x, y]) => (x - mx) * (y - my)) / mean(([x]) => (x - mx) ** 2);
const [learned] = await dense(weights.weight).data();
console.log('learned', learned!.toFixed(4), 'closed form', slope.toFixed(4)); // the same
dispose([weights, x, y]);

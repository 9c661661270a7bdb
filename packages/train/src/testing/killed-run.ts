/**
 * A small training run in a process of its own, to be killed: FOLDER STEPS. Prints each step; at the end the loss of
 * all steps it did and a sum of the weights.
 */
import '@residual/backend-cpu';
import { init, layer, linear } from '@residual/layers';
import { ready, relu, type Tensor, tensor } from '@residual/tensor';
import { meanSquaredError, train } from '../index.js';
import { folderStore } from '../node.js';

const [folder, steps] = [process.argv[2]!, Number(process.argv[3])];
await ready();
const [up, down] = [linear({ in: 3, out: 64, std: 1 }), linear({ in: 64, out: 1, std: 1 })];
const net = layer({ up, down }, (w, x: Tensor) => down(w.down, relu(up(w.up, x))));
const weights = init(net, { seed: 1 });
const batch = (position: number) => Float32Array.from({ length: 12 }, (_, i) => Math.sin(position * 12 + i));
const run = train({
  layer: net,
  weights,
  loss: (w, x: Float32Array) => meanSquaredError(net(w, tensor(x, [4, 3])), tensor(x.slice(0, 4), [4, 1])),
  batches: batch,
  steps,
  emaDecay: 0.9,
  learningRate: step => 0.01 / (1 + step / 10),
  checkpoint: { every: 1, store: folderStore(folder) },
});
process.stdout.write('begun\n');
for await (const event of run) if (event.type === 'step') process.stdout.write(`${event.step} ${event.loss}\n`);
const bits = [...(await (weights.up.weight as Tensor).data()), ...(await (weights.down.weight as Tensor).data())];
process.stdout.write(`end ${bits.join(' ')}\n`);

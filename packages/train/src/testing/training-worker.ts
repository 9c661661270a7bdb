/** A worker that trains a small perceptron and keeps each step in the browser, to be ended at any moment. */
import '@residual/backend-cpu';
import { init, layer, linear } from '@residual/layers';
import { dispose, ready, relu, type Tensor, tensor } from '@residual/tensor';
import { browserStore } from '../browser.js';
import { meanSquaredError, train } from '../index.js';
import { type JobControls, type Port, serveTraining } from '../worker/index.js';

const jobs = {
  net: async ({ name, steps }: { readonly name: string; readonly steps: number }, { signal }: JobControls) => {
    await ready();
    const [up, down] = [linear({ in: 3, out: 64, std: 1 }), linear({ in: 64, out: 1, std: 1 })];
    const net = layer({ up, down }, (w, x: Tensor) => down(w.down, relu(up(w.up, x))));
    const weights = init(net, { seed: 1 });
    const training = train({
      layer: net,
      weights,
      loss: (w, x: Float32Array) => meanSquaredError(net(w, tensor(x, [4, 3])), tensor(x.slice(0, 4), [4, 1])),
      batches: position => Float32Array.from({ length: 12 }, (_, i) => Math.sin(position * 12 + i)),
      steps,
      emaDecay: 0.9,
      learningRate: step => 0.01 / (1 + step / 10),
      checkpoint: { every: 1, store: browserStore(name) },
      signal,
    });
    const numbers = async () => [...(await (weights.up.weight as Tensor).data())];
    return { training, requests: { numbers }, dispose: () => dispose(weights) };
  },
};

/** What a page can start here. */
export type TestJobs = typeof jobs;

serveTraining(self as unknown as Port, jobs);

/**
 * How much of a token is left in the states of four mixers, step by step: one token at the beginning is changed, and
 * the outputs of both sequences drift together as it is forgotten.
 */
import '@residual/backend-cpu';
import { type AnyLayer, emptyScope, init, RecurrentStates, recurrentStates } from '@residual/layers';
import { gatedDelta, normThenGate, selectiveStateSpace, shortConvolution, stateSpaceDual } from '@residual/sequence';
import { dispose, normalValues, ready, sub, type Tensor, tensor, tidy } from '@residual/tensor';

const [length, modelDim] = [12, 16];
await ready();
const mixers: Record<string, AnyLayer<Tensor, Tensor>> = {
  'short convolution': shortConvolution({ modelDim }),
  'selective state space': selectiveStateSpace({ modelDim }),
  'state space with heads': stateSpaceDual({ modelDim, heads: 4, stateDim: 16, norm: normThenGate({}) }),
  'gated delta rule': gatedDelta({ modelDim, heads: 4, keyDim: 8, valueDim: 8, norm: normThenGate({}) }),
};

/** The outputs of a mixer, token by token; only the first token depends on `seed`. */
function* outputs(mixer: AnyLayer<Tensor, Tensor>, weights: object, seed: number) {
  const states = new RecurrentStates();
  for (let t = 0; t < length; t++) {
    const token = tensor(normalValues(t === 0 ? seed : 1, `token ${t}`, modelDim), [1, 1, modelDim]);
    yield mixer(weights, token, emptyScope.with(recurrentStates, states));
    token.dispose();
  }
  states.dispose();
}

for (const [name, mixer] of Object.entries(mixers)) {
  const weights = init(mixer, { seed: 2 });
  const others = outputs(mixer, weights, 5);
  const distances: number[] = [];
  for (const output of outputs(mixer, weights, 4)) {
    const other = others.next().value as Tensor;
    const difference = tidy(() => sub(output, other));
    distances.push(Math.hypot(...(await difference.data())));
    dispose([output, other, difference]);
  }
  others.next(); // frees its states
  console.log(name.padEnd(24), distances.map(distance => (distance / distances[0]!).toExponential(0)).join(' '));
  dispose(weights);
}

/** Which neurons of a perceptron a vector excites most, and how much of the result is theirs: they are silenced one after another. */
import '@residual/backend-cpu';
import { init, record, replace } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, mul, normalValues, ready, type Tensor, tensor } from '@residual/tensor';

const [modelDim, hiddenDim] = [16, 64];
await ready();
const perceptron = mlp({ modelDim, hiddenDim, activation: 'relu' });
const weights = init(perceptron, { seed: 2 });
const x = tensor(normalValues(1, 'x', modelDim), [1, modelDim]);

const length = async (y: Tensor) => Math.hypot(...(await y.data()));
const recorder = record(['hidden']);
const whole = perceptron(weights, x, recorder.scope);
const hidden = [...(await recorder.values.get('hidden')!.data())];
const strongest = hidden.map((value, neuron) => ({ value, neuron })).sort((a, b) => b.value - a.value);
console.log(
  `${hidden.filter(value => value > 0).length} of ${hiddenDim} neurons are on; the result is ${(await length(whole)).toFixed(5)} long`,
);

const mask = Array(hiddenDim).fill(1);
for (const { neuron, value } of strongest.slice(0, 8)) {
  mask[neuron] = 0;
  const kept = tensor(mask, [1, hiddenDim]);
  const rest = perceptron(weights, x, replace({ hidden: h => mul(h, kept) }));
  console.log(
    `without neuron ${String(neuron).padStart(2)} (${value.toFixed(3)}) and those above: ${(await length(rest)).toFixed(5)}`,
  );
  dispose([kept, rest]);
}
recorder.dispose();
dispose([weights, x, whole]);

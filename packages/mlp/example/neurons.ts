/** Finds the hidden neurons of an mlp that a vector activates most, and ablates them one after another. */
import '@residual/backend-cpu';
import { init, record, replace } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, mul, normalValues, ready, type Tensor, tensor } from '@residual/tensor';

const [modelDim, hiddenDim] = [16, 64];
await ready();
const layer = mlp({ modelDim, hiddenDim, activation: 'relu' });
const weights = init(layer, { seed: 2 });
const x = tensor(normalValues(1, 'x', modelDim), [1, modelDim]);

const norm = async (y: Tensor) => Math.hypot(...(await y.data()));
const recorder = record(['hidden']);
const whole = layer(weights, x, recorder.scope);
const hidden = [...(await recorder.values.get('hidden')!.data())];
const strongest = hidden.map((value, neuron) => ({ value, neuron })).sort((a, b) => b.value - a.value);
console.log(
  `${hidden.filter(value => value > 0).length} of ${hiddenDim} neurons are active; the output has norm ` +
    `${(await norm(whole)).toFixed(5)}`,
);

const mask = Array(hiddenDim).fill(1);
for (const { neuron, value } of strongest.slice(0, 8)) {
  mask[neuron] = 0;
  const kept = tensor(mask, [1, hiddenDim]);
  const rest = layer(weights, x, replace({ hidden: h => mul(h, kept) }));
  console.log(
    `without neuron ${String(neuron).padStart(2)} (${value.toFixed(3)}) and those above: norm ` +
      `${(await norm(rest)).toFixed(5)}`,
  );
  dispose([kept, rest]);
}
recorder.dispose();
dispose([weights, x, whole]);

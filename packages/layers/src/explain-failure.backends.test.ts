import { dispose, ones, type Tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { countParameters, describe, init, layer, linear, weightNeeds } from './index.js';

const inner = linear({ in: 3, out: 3 });
const model = layer({ layers: [inner, inner] }, (w, x: Tensor, scope) => {
  for (const [i, each] of w.layers.entries()) x = inner(each, x, scope.at('layers').at(i));
  return x;
});

test('weights that were disposed or are missing are named with their path', () => {
  const [weights, x] = [init(model, { seed: 1 }), ones([2, 3])];
  weights.layers[1]!.bias!.dispose();
  expect(() => model(weights, x)).toThrow('linear: layers.1.bias was disposed');
  dispose(weights);
  expect(() => model(weights, x)).toThrow('linear: layers.0.weight was disposed');
  const makes = 'is not in the tree of weights; init(layer, { seed }) or load(layer, source) makes it';
  expect(() => inner(undefined as never, x)).toThrow(`linear: weight ${makes}`);
  expect(() => model({ layers: [weights] } as never, x)).toThrow(`linear: layers.0.weight ${makes}`);
  x.dispose();
});

test('an input that is not a tensor is named', () => {
  const weights = init(inner, { seed: 1 });
  const makes = 'not a tensor; tensor(values, shape) makes one';
  expect(() => inner(weights, [1, 2, 3] as never)).toThrow(`linear: the input is a list of numbers, ${makes}`);
  expect(() => inner(weights, undefined as never)).toThrow(`linear: the input is undefined, ${makes}`);
  dispose(weights);
});

test('other errors are not changed', () => {
  const [weights, x] = [init(inner, { seed: 1 }), ones([2, 5])];
  expect(() => inner(weights, x)).toThrow('linear: x [2, 5], weight [3, 3] and bias [3] do not fit');
  dispose([weights, x]);
});

test('a value that is not a layer is named, and the message for a model says where its layer is', () => {
  const loaded = { layer: model, weights: {} } as never;
  expect(() => init(loaded, { seed: 1 })).toThrow(
    'init: a layer is needed, not a model; its layer is model.layer, its weights are model.weights',
  );
  expect(() => countParameters(undefined as never)).toThrow('countParameters: a layer is needed, not undefined');
  expect(() => describe(loaded)).toThrow('describe: a layer is needed, not a model');
  expect(() => weightNeeds(5 as never)).toThrow('weightNeeds: a layer is needed, not 5');
});

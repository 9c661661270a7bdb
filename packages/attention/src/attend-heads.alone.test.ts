import '@residual/backend-cpu';
import { layer, record } from '@residual/layers';
import * as tensors from '@residual/tensor';
import { expect, test, vi } from 'vitest';
import { numbers, randomWeights } from '../test/reference-attention.js';
import { selfAttention } from './index.js';

vi.mock('@residual/tensor', { spy: true });

test.each([
  ['nothing', undefined, { fused: 1, inSteps: 0 }],
  ['the query', 'query', { fused: 1, inSteps: 0 }],
  ['the value', 'value', { fused: 1, inSteps: 0 }],
  ['the weights of another', 'other.weights', { fused: 1, inSteps: 0 }],
  ['the scores', 'scores', { fused: 0, inSteps: 1 }],
  ['the weights', 'weights', { fused: 0, inSteps: 1 }],
])('one op, or three steps where someone asks for what is between: %s', async (_, path, expected) => {
  await tensors.useBackend('cpu');
  const part = selfAttention({ modelDim: 6, heads: 3 });
  // One of several layers of the scope: it is not an error that another one does not run here.
  const attention = layer(part, (w, x: tensors.Tensor, scope) => part(w, x, scope), { partial: true });
  const [x, weights] = [numbers('x', [1, 5, 6]), randomWeights(attention)];
  vi.clearAllMocks();
  const recorder = record(path ? [path] : []);
  const y = attention(weights, x, recorder.scope);
  expect({
    fused: vi.mocked(tensors.attend).mock.calls.length,
    inSteps: vi.mocked(tensors.attentionScores).mock.calls.length,
  }).toEqual(expected);
  recorder.dispose();
  tensors.dispose([x, weights, y]);
});

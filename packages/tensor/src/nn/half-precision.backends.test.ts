import { expectClose } from '@residual/testkit';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { isHalfPrecision } from '../backend/backend.js';
import {
  attend,
  attentionMask,
  attentionScores,
  attentionValues,
  attentionWeights,
  dispose,
  tensor,
} from '../index.js';
import { heads } from '../testing/expect-attend.js';
import { onDevice } from '../testing/on-device.js';
import { referenceAttention } from '../testing/reference-attention.js';

onDevice();

/** Restarts the backend with textures of 32-bit or 16-bit floats. */
async function restart(whole: boolean): Promise<void> {
  const factory = tf.findBackendFactory('webgl');
  tf.env().set('WEBGL_RENDER_FLOAT32_ENABLED', whole);
  tf.removeBackend('webgl');
  tf.registerBackend('webgl', factory, 2);
  await tf.setBackend('webgl');
}

test.runIf(tf.getBackend() === 'webgl')('where WebGL computes in 16-bit floats hidden keys stay hidden', async () => {
  expect(isHalfPrecision()).toBe(false);
  await restart(false);
  expect(isHalfPrecision()).toBe(true);
  const attendCase = { ...heads(2), causal: true, keyStart: [0, 5] };
  const { query, key, value } = attendCase;
  const inputs = {
    query: tensor([...query.values], query.shape),
    key: tensor([...key.values], key.shape),
    value: tensor([...value.values], value.shape),
  };
  const keyStart = tensor([0, 5], [2], 'int32');
  const scores = attentionScores(inputs);
  const visible = attentionMask(3, 7, { causal: true }, { keyStart })!;
  const weights = attentionWeights(scores, visible);
  const steps = attentionValues(weights, inputs.value);
  const once = attend({ ...inputs, keyStart }, { causal: true });
  await expectClose(steps, referenceAttention(attendCase), { absolute: 1e-2 });
  await expectClose(once, referenceAttention(attendCase), { absolute: 1e-2 });
  dispose([inputs, keyStart, scores, visible, weights, steps, once]);
  await restart(true);
  expect(isHalfPrecision()).toBe(false);
});

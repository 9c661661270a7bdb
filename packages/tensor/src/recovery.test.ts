import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { offerRecovery, recoveryOfLost } from './index.js';

test('the active backend’s way back is there once it has lost everything, and no other', () => {
  let isLost = false;
  const recovery = { isLost: () => isLost, recover: async () => {} };
  tf.engine().backendName = 'glass'; // this test has a process of its own
  expect(recoveryOfLost()).toBeUndefined();
  offerRecovery('glass', recovery);
  expect(recoveryOfLost()).toBeUndefined();
  isLost = true;
  expect(recoveryOfLost()).toBe(recovery);
  tf.engine().backendName = 'stone';
  expect(recoveryOfLost()).toBeUndefined();
});

import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { recoveryIfLost, registerRecovery } from '../index.js';

test('the recovery of the active backend is returned once it is lost, and no other', () => {
  let isLost = false;
  const recovery = { isLost: () => isLost, recover: async () => {} };
  tf.engine().backendName = 'glass'; // this test runs in a separate process
  expect(recoveryIfLost()).toBeUndefined();
  registerRecovery('glass', recovery);
  expect(recoveryIfLost()).toBeUndefined();
  isLost = true;
  expect(recoveryIfLost()).toBe(recovery);
  tf.engine().backendName = 'stone';
  expect(recoveryIfLost()).toBeUndefined();
});

import { expectNoLeak } from '@residual/testkit';
import { test } from 'vitest';
import { expectAttribution } from '../testing/expect-attribution.js';
import { expectGradients } from '../testing/expect-gradients.js';

test('a logit splits into heads as on the reference', () => expectNoLeak(() => expectAttribution('gpt2', ['head'])));

test('gradient × input and attention rollout agree with the reference', () =>
  expectNoLeak(() => expectGradients('gpt2')));

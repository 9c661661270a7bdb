import { expectNoLeak } from '@residual/testkit';
import { test } from 'vitest';
import { expectGradients } from '../testing/expect-gradients.js';

test('gpt2: what positions contribute agrees with the reference', () => expectNoLeak(() => expectGradients('gpt2', 1)));

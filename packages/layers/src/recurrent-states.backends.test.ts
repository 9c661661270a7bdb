import { dispose, memoryUsage, mul, type Tensor, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyScope, keyRange, RecurrentStates, zeroPadding } from './index.js';

let before: ReturnType<typeof memoryUsage>;
let states: RecurrentStates;
beforeEach(() => {
  before = memoryUsage();
  states = new RecurrentStates();
  states.set('a', { inputs: tensor([1, 2, 3, 4, 5, 6], [3, 2]), matrix: tensor([7, 8, 9], [3, 1]) });
  states.set('b', { inputs: tensor([10, 11, 12], [3, 1]) });
});
afterEach(() => {
  states.dispose();
  expect(states.isEmpty).toBe(true);
  expect(memoryUsage()).toEqual(before);
});

const exact = { absolute: 0 };

test('a layer that sets its states frees those it had', () => {
  const old = states.get('b')!.inputs!;
  const next = tidy(() => {
    const x = mul(old, 2);
    states.set('b', { inputs: x });
    return undefined;
  });
  expect([next, old.isDisposed, states.tensors.length]).toEqual([undefined, true, 3]);
});

test('an attempt that throws leaves all states as they were', async () => {
  const old = states.tensors;
  const step = () =>
    tidy(() => {
      for (let i = 0; i < 2; i++) states.set('b', { inputs: mul(states.get('b')!.inputs!, 2) });
      states.set('c', { inputs: tensor([1], [1]) });
      throw new Error('lost');
    });
  expect(() => states.attempt(step)).toThrow('lost');
  expect(states.tensors).toEqual(old);
  states.attempt(() => states.set('b', { inputs: tensor([13, 14, 15], [3, 1]) }));
  expect(old.map(({ isDisposed }) => isDisposed)).toEqual([false, false, true]);
  await expectClose(states.get('b')!.inputs!, [[13], [14], [15]], exact);
});

test('sequences are selected in all states, some several times', async () => {
  states.selectSequences([2, 0, 0, 1]);
  const [inputs, matrix, other] = states.tensors as [Tensor, Tensor, Tensor];
  await expectClose(inputs, [5, 6, 1, 2, 1, 2, 3, 4].map(Number), exact);
  await expectClose(matrix, [9, 7, 7, 8], exact);
  await expectClose(other, [12, 10, 10, 11], exact);
});

test('the outputs of a replayed step replace the states; an empty object needs their layout', () => {
  const { layout, tensors: old } = states;
  expect(layout).toEqual([
    { path: 'a', names: ['inputs', 'matrix'] },
    { path: 'b', names: ['inputs'] },
  ]);
  const next = old.map(x => mul(x, 2));
  expect(() => states.replace(next.slice(1))).toThrow('RecurrentStates: 2 tensors cannot replace 3');
  states.replace(next);
  expect([old.every(({ isDisposed }) => isDisposed), states.get('b')!.inputs === next[2]]).toEqual([true, true]);
  const other = new RecurrentStates();
  other.replace(
    next.map(x => mul(x, 2)),
    layout,
  );
  expect(other.layout).toEqual(layout);
  other.dispose();
});

test('padding becomes zeros at the positions of the step', async () => {
  const x = tensor(
    Array.from({ length: 12 }, (_, i) => i + 1),
    [2, 3, 2],
  );
  const range = { position: tensor([2], [1], 'int32'), keyStart: tensor([3, 0], [2], 'int32') };
  const end = { keyEnd: tensor([2, 3], [2], 'int32') };
  const [left, right] = [range, end].map(each => zeroPadding(x, emptyScope.with(keyRange, each)));
  await expectClose(left!, [0, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], exact);
  await expectClose(right!, [1, 2, 3, 4, 0, 0, 7, 8, 9, 10, 11, 12], exact);
  expect(zeroPadding(x, emptyScope)).toBe(x);
  dispose([x, range, end, left, right]);
});

import { test } from 'vitest';
import { expectAttend, heads } from '../testing/expect-attend.js';
import { integerGrid, sample } from '../testing/grid.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

test('every query attends to every key', () => expectAttend(heads()));

test('query heads share key heads in order', async () => {
  for (const kvHeads of [1, 3]) await expectAttend(heads(kvHeads));
});

test('the scale is one over the root of headDim unless it is given', () => expectAttend({ ...heads(2), scale: 0.3 }));

test('softCap bounds the scores', () => expectAttend({ ...heads(2), softCap: 1.5, scale: 0.7 }));

test('a bias is added over every axis that it repeats', async () => {
  for (const shape of [
    [2, 6, 3, 7],
    [1, 6, 3, 7],
    [2, 1, 3, 7],
    [2, 6, 1, 7],
    [1, 1, 1, 7],
  ])
    await expectAttend({ ...heads(2), bias: sample(shape, 11, -2, 2) });
});

test('causal: no key after the position of the query; the last query is at the last key', async () => {
  await expectAttend({ ...heads(), causal: true });
  await expectAttend({ ...heads(3, { queryLen: 7 }), causal: true });
});

test('position is the position of the first query', async () => {
  for (const position of [0, 2]) await expectAttend({ ...heads(2), causal: true, position });
  await expectAttend({ ...heads(2, { queryLen: 1 }), causal: true, position: 3 });
});

test('only keys of the own chunk are visible, counted from the first key', async () => {
  await expectAttend({ ...heads(2), causal: true, chunk: 3, position: 3 });
  await expectAttend({ ...heads(2), bias: sample([1, 6, 3, 7], 11), chunk: 2, keyStart: [1, 0], position: 2 });
});

test('a window hides what is far, before and after', async () => {
  for (const window of [1, 2]) {
    await expectAttend({ ...heads(2), causal: true, window, position: 3 });
    await expectAttend({ ...heads(2), window, position: 2 });
  }
  await expectAttend({ ...heads(2), window: 3 });
});

test('each sequence begins and ends at its own key', async () => {
  await expectAttend({ ...heads(2), keyStart: [0, 3] });
  await expectAttend({ ...heads(2), keyEnd: [4, 7] });
  await expectAttend({ ...heads(2), keyStart: [1, 2], keyEnd: [5, 7], causal: true, position: 3 });
});

test('a query that may see no key gives zeros and passes no gradient back', async () => {
  await expectAttend({ ...heads(2), keyStart: [0, 4], keyEnd: [7, 4] });
  await expectAttend({ ...heads(2), causal: true, keyStart: [2, 0], position: 0 });
  await expectAttend({ ...heads(2), causal: true, window: 2, keyEnd: [2, 7], position: 3 });
});

test('mask, cap, bias and grouped heads work together', () =>
  expectAttend({
    ...heads(3),
    bias: sample([1, 6, 1, 7], 11, -1, 1),
    causal: true,
    position: 4,
    window: 4,
    keyStart: [2, 0],
    keyEnd: [7, 6],
    softCap: 2,
    scale: 0.4,
  }));

test('one query reads a cache that is not full', () =>
  expectAttend({ ...heads(2, { queryLen: 1, keyLen: 13 }), causal: true, position: 5, keyEnd: [6, 6] }));

test('beamIndices names the row that keys and values are read from', async () => {
  await expectAttend({ ...heads(2), beamIndices: integerGrid([2, 7], 3, 0, 2) });
  await expectAttend({
    ...heads(3),
    beamIndices: integerGrid([2, 7], 5, 0, 2),
    causal: true,
    position: 3,
    keyEnd: [6, 7],
  });
});

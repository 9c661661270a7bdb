import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  add,
  defineOp,
  dispose,
  embed,
  gradients,
  memoryUsage,
  mul,
  ones,
  range,
  recompute,
  sum,
  type Tensor,
  tanh,
  tensor,
  tidy,
} from '../index.js';
import { toTensor } from '../testing/expect-op.js';
import { sample } from '../testing/grid.js';
import { memoryProbe } from '../testing/memory-probe.js';
import { messageOf } from '../testing/message-of.js';
import { onDevice } from '../testing/on-device.js';

onDevice();

type Block = { x: Tensor; weight: Tensor };

/** Six ops, of which three outputs are saved. */
const block = ({ x, weight }: Block) => tanh(mul(tanh(mul(tanh(mul(x, weight)), weight)), x));

const deep = (run: (tree: Block) => Tensor, { x, weight }: Block, depth: number): Tensor =>
  tidy(() => {
    let y = x;
    for (let i = 0; i < depth; i++) y = run({ x: y, weight });
    return sum(y);
  });

test('the numbers are the same', async () => {
  await expectNoLeak(async () => {
    const tree = { x: toTensor(sample([3, 5], 3)), weight: toTensor(sample([3, 5], 5)) };
    const plain = gradients(() => deep(block, tree, 4), tree);
    const again = gradients(() => deep(part => recompute(block, part), tree, 4), tree);
    const nested = gradients(() => recompute(whole => deep(part => recompute(block, part), whole, 4), tree), tree);
    for (const output of [again, nested]) {
      await expectClose(output.value, plain.value, { absolute: 0 });
      await expectClose(output.gradients.x!, plain.gradients.x!, { absolute: 0 });
      await expectClose(output.gradients.weight!, plain.gradients.weight!, { absolute: 1e-6 });
    }
    const outside = recompute(block, tree);
    const direct = tidy(() => block(tree));
    await expectClose(outside, direct, { absolute: 0 });
    dispose([tree, plain, again, nested, outside, direct]);
  });
});

test('far fewer buffers are held at once', () => {
  const most = (run: (block: (tree: Block) => Tensor) => (tree: Block) => Tensor) => {
    const tree = { x: ones([32]), weight: ones([32]) };
    const before = memoryUsage().buffers;
    let peak = 0;
    const look = memoryProbe(
      bufferCount => (peak = Math.max(peak, bufferCount)),
      bufferCount => (peak = Math.max(peak, bufferCount)),
    );
    const watched = run(part => tidy(() => look(block(part))));
    const output = gradients(() => deep(watched, tree, 12), tree);
    dispose([tree, output]);
    return peak - before;
  };
  const plain = most(run => run);
  const again = most(run => part => recompute(run, part));
  expect(plain).toBeGreaterThanOrEqual(12 * 3);
  expect(again).toBeLessThan(12 + 9); // the input of each block, and one block inside
});

test('no gradient is computed for inputs that need none', async () => {
  let asked = 0;
  const scale = defineOp<Block>({
    name: 'test.scale',
    compose: ({ x, weight }) => mul(x, weight),
    saves: ['x', 'weight'],
    gradient: (dy, { saved: { x, weight }, needsGradient }) => ({
      x: () => mul(dy, weight),
      weight: () => {
        if (needsGradient.weight) asked++;
        return mul(dy, x);
      },
    }),
  });
  const tree = { x: ones([2]), weight: ones([2]) };
  const run = () => tidy(() => sum(recompute(scale, tree)));
  const frozen = gradients(run, { x: tree.x });
  expect(asked).toBe(0);
  const both = gradients(run, tree);
  expect(asked).toBe(1);
  dispose([tree, frozen, both]);
});

test('whole numbers, numbers and missing parts come through the tree', async () => {
  await expectNoLeak(async () => {
    const tree = {
      table: toTensor(sample([5, 3], 3)),
      ids: tensor([4, 0, 4], [3], 'int32'),
      scale: 2,
      bias: undefined,
    };
    const output = gradients(
      () =>
        recompute(({ table, ids, scale, bias }) => {
          expect([scale, bias]).toEqual([2, undefined]);
          return sum(mul(embed(table, ids), scale));
        }, tree),
      tree,
    );
    await expectClose(
      output.gradients.table!,
      [0, 1, 2, 3, 4].map(row => new Array(3).fill({ 0: 2, 4: 4 }[row] ?? 0)),
      { absolute: 0 },
    );
    expect(output.gradients.ids).toBeUndefined();
    dispose([tree.table, tree.ids, output]);
  });
});

test('reading a tensor that is not in the tree throws and leaks nothing', async () => {
  const [x, hidden] = [ones([2]), ones([2])];
  await expectNoLeak(() => {
    const run = () => gradients(() => sum(recompute(part => add(mul(part, 2), hidden), x)), [x, hidden]);
    expect(messageOf(run)).toBe(
      'recompute: the input "b" [2] of residual.add is not in the tree, so its gradient would be lost; put it ' +
        'there and read it from the argument',
    );
  });
  const fine = gradients(() => sum(recompute(part => add(part, hidden), x)), x); // a constant may be read
  expect([...(await fine.gradients!.data())]).toEqual([1, 1]);
  const inside = gradients(() => sum(recompute(part => mul(part, tensor([2, 3], [2])), x)), x);
  expect([...(await inside.gradients!.data())]).toEqual([2, 3]);
  dispose([x, hidden, fine, inside]);
});

test('gradients of gradients pass through it', async () => {
  await expectNoLeak(async () => {
    const x = tensor([0.5], []);
    const cube = (y: Tensor) => mul(mul(y, y), y);
    const second = gradients(() => tidy(() => gradients(() => recompute(cube, x), x).gradients as Tensor), x);
    await expectClose(second.value, [0.75], { absolute: 1e-6 });
    await expectClose(second.gradients as Tensor, [3], { absolute: 1e-6 });
    dispose([x, second]);
  });
});

test('a plain tensor is a tree too', () => {
  const ids = range(3);
  const result = recompute(part => mul(part, 2), ids);
  expect(result.dtype).toBe('int32');
  dispose([ids, result]);
});

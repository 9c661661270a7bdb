import { dropout, init, layer, linear, type Weights } from '@residual/layers';
import { dispose, isTensor, relu, requireBackend, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  evaluate as evaluateOn,
  meanSquaredError,
  memoryStore,
  sgd,
  type TrainingEvent,
  type TrainOptions,
  train,
} from '../index.js';

/** What no GPU takes part in: where batches come from. */
const withoutGpu = test.skipIf(requireBackend().startsWith('webg'));

const [up, down, drop] = [linear({ in: 2, out: 5, std: 1 }), linear({ in: 5, out: 1, std: 1 }), dropout({ rate: 0.2 })];
const net = layer({ up, down, drop }, (w, x: Tensor, scope) => {
  const hidden = scope.tap('hidden', relu(up(w.up, x)));
  return down(w.down, drop(w.drop, hidden, scope.at('drop')));
});
type Net = Weights<typeof net.needs>;

interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}
const points: Points[] = [
  { x: [0, 1, 1, 0], y: [1, 1] },
  { x: [1, 1, 0, 0], y: [0, 0] },
  { x: [2, 1, -1, 0], y: [0.5, 2] },
];

const loss = (w: Net, { x, y }: Points, scope: Parameters<typeof net>[2]) =>
  meanSquaredError(net(w, tensor(x, [y.length, 2]), scope), tensor(y, [y.length, 1]));

type Options = Partial<TrainOptions<typeof net.needs, Points>>;
const options = (weights: Net, more: Options = {}): TrainOptions<typeof net.needs, Points> => ({
  layer: net,
  weights,
  loss,
  batches: points,
  steps: 6,
  learningRate: 0.05,
  seed: 3,
  ...more,
});

const eventsOf = async (run: AsyncIterable<TrainingEvent>) => {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
};
const lossesIn = (events: readonly TrainingEvent[]) =>
  events.flatMap(event => (event.type === 'step' ? [event.loss] : []));
const numbersOf = async (w: Net) => {
  const leaves = [w.up.weight, w.up.bias, w.down.weight, w.down.bias].filter(isTensor);
  return (await Promise.all(leaves.map(async x => [...(await x.data())]))).flat();
};
const thrown = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.message,
  );

test('a run reports each step and leaves only the trained weights', () =>
  expectNoLeak(async () => {
    const weights = init(net, { seed: 1 });
    const before = await numbersOf(weights);
    const events = await eventsOf(train(options(weights, { emaDecay: 0.5, clipNorm: 1, accumulate: 2 })));
    expect(events.map(({ type, step }) => [type, step])).toEqual([1, 2, 3, 4, 5, 6].map(step => ['step', step]));
    for (const event of events)
      if (event.type === 'step') {
        expect(event.learningRate).toBe(0.05);
        expect(event.gradientNorm).toBeGreaterThan(0);
        expect(event.memoryUsage.tensors).toBeGreaterThan(4);
      }
    expect(await numbersOf(weights)).not.toEqual(before);
    dispose(weights);
  }));

test('a run that is stopped anywhere and resumed ends like an uninterrupted run', async () => {
  const straight = init(net, { seed: 1 });
  const whole = lossesIn(await eventsOf(train(options(straight, { emaDecay: 0.9 }))));
  for (const stop of [2, 5]) {
    const store = memoryStore();
    const checkpoint = { every: 2, store };
    const first = init(net, { seed: 1 });
    const aborter = new AbortController();
    const seen: number[] = [];
    const run = train(options(first, { emaDecay: 0.9, checkpoint, signal: aborter.signal }));
    const end = await thrown(
      (async () => {
        for await (const event of run) {
          if (event.type === 'step') seen.push(event.loss);
          if (event.type === 'step' && event.step === stop) aborter.abort(new Error('enough'));
        }
      })(),
    );
    expect(end).toBe('enough');
    expect((await store.latest())!.step).toBe(stop);
    dispose(first);
    const second = init(net, { seed: 2 }); // other weights, which the checkpoint replaces
    seen.push(...lossesIn(await eventsOf(train(options(second, { emaDecay: 0.9, checkpoint })))));
    await expectClose(seen, whole, { absolute: 1e-6 });
    await expectClose(await numbersOf(second), await numbersOf(straight), { absolute: 1e-6 });
    dispose(second);
  }
  dispose(straight);
});

test('two accumulated batches equal one batch of both', async () => {
  const plain = {
    learningRate: 0.1,
    steps: 1,
    optimizer: sgd(),
    loss: { loss: (w: Net, b: Points) => loss(w, b, undefined), tokens: ({ y }: Points) => y.length },
  };
  const [one, other] = [init(net, { seed: 1 }), init(net, { seed: 1 })];
  const ragged: Points[] = [points[0]!, { x: [5, 3], y: [1] }];
  const both = { x: ragged.flatMap(({ x }) => x), y: ragged.flatMap(({ y }) => y) };
  const apart = await eventsOf(train(options(one, { ...plain, batches: ragged, accumulate: 2 })));
  const together = await eventsOf(train(options(other, { ...plain, batches: [both] })));
  await expectClose(lossesIn(apart), lossesIn(together), { absolute: 1e-6 });
  await expectClose(await numbersOf(one), await numbersOf(other), { absolute: 1e-6 });
  dispose([one, other]);
});

test('frozen weights do not change, and `frozen` may change between steps', async () => {
  const weights = init(net, { seed: 1 });
  const before = await numbersOf(weights);
  const run = train(options(weights, { frozen: ['up.*'], steps: 2 }));
  let between: number[] = [];
  for await (const event of run)
    if (event.step === 1) {
      between = await numbersOf(weights);
      expect(between.slice(0, 15)).toEqual(before.slice(0, 15));
      expect(between.slice(15)).not.toEqual(before.slice(15));
      run.frozen = path => path.startsWith('down');
    }
  const after = await numbersOf(weights);
  expect(after.slice(0, 15)).not.toEqual(between.slice(0, 15));
  expect(after.slice(15)).toEqual(between.slice(15));
  dispose(weights);
});

test('the learning rate may be a schedule, and may change from the next step', async () => {
  const weights = init(net, { seed: 1 });
  const run = train(options(weights, { learningRate: step => (step + 1) / 100, steps: 3 }));
  const rates: number[] = [];
  for await (const event of run)
    if (event.type === 'step') {
      rates.push(event.learningRate);
      if (event.step === 2) run.learningRate = 0.5;
    }
  expect(rates).toEqual([0.01, 0.02, 0.5]);
  dispose(weights);
});

test('gradients are clipped to the norm', async () => {
  const weights = init(net, { seed: 1 });
  const before = await numbersOf(weights);
  const [event] = await eventsOf(
    train(options(weights, { clipNorm: 0.01, optimizer: sgd(), learningRate: 1, steps: 1 })),
  );
  expect(event!.type === 'step' && event!.gradientNorm).toBeGreaterThan(0.01);
  const moved = (await numbersOf(weights)).map((w, i) => w - before[i]!);
  expect(Math.hypot(...moved)).toBeCloseTo(0.01, 5);
  dispose(weights);
});

test('the moving average follows the weights, is evaluated, and replaces them at the end', async () => {
  const weights = init(net, { seed: 1 });
  const seen: number[][] = [];
  const evaluate = { every: 1, batches: () => [points[0]!] };
  const run = train(options(weights, { emaDecay: 0.5, steps: 3, evaluate }));
  const losses: number[] = [];
  for await (const event of run) {
    if (event.type === 'step') seen.push(await numbersOf(weights));
    else if (event.type === 'evaluation') losses.push(event.loss);
  }
  const [a, b, c] = seen as [number[], number[], number[]];
  await expectClose(
    await numbersOf(weights),
    a.map((w, i) => 0.25 * w + 0.25 * b[i]! + 0.5 * c[i]!),
    { absolute: 1e-6 },
  );
  expect(losses).toHaveLength(4);
  const last = loss(weights, points[0]!, undefined);
  await expectClose(last, losses.at(-1)!, { absolute: 1e-6 });
  dispose([weights, last]);
});

test('evaluation weights batches by their tokens and needs at least one', async () => {
  const weights = init(net, { seed: 1 });
  const objective = { loss: (w: Net, b: Points) => loss(w, b, undefined), tokens: ({ y }: Points) => y.length };
  const batches = [points[0]!, { x: [5, 3], y: [1] }];
  const [first] = await eventsOf(
    train(options(weights, { loss: objective, steps: 1, evaluate: { every: 1, batches: () => batches } })),
  );
  const fresh = init(net, { seed: 1 });
  const parts = batches.map(batch => loss(fresh, batch, undefined));
  const [one, other] = await Promise.all(parts.map(async part => (await part.data())[0]!));
  expect(first).toEqual({ type: 'evaluation', step: 0, loss: expect.closeTo((2 * one! + other!) / 3, 5), tokens: 3 });
  const none = options(weights, { steps: 1, evaluate: { every: 1, batches: () => [] } });
  expect(await thrown(eventsOf(train(none)))).toBe('train: step 0: evaluate: the data to evaluate on is empty');
  dispose([weights, fresh, parts]);
});

test('a number that is not finite is an error with its step and path, and the weights stay', () =>
  expectNoLeak(async () => {
    const weights = init(net, { seed: 1 });
    const bad: Points[] = [points[0]!, { x: [1, Number.NaN, 0, 0], y: [0, 0] }];
    let after: number[] = [];
    const run = train(options(weights, { batches: bad }));
    const message = await thrown(
      (async () => {
        for await (const _ of run) after = await numbersOf(weights);
      })(),
    );
    expect(message).toBe(
      'train: step 2: the loss is NaN; the first number that is not finite appears at input (batch 1)',
    );
    expect(await numbersOf(weights)).toEqual(after);
    dispose(weights);
  }));

test('a weight that is not finite is named, and so is a gradient', async () => {
  const weights = init(net, { seed: 1 });
  const explode = { loss: (w: Net, b: Points) => loss(w, b, undefined) };
  const huge = [{ x: [1e20, 0, 0, 1e20], y: [0, 0] }];
  const message = await thrown(eventsOf(train(options(weights, { loss: explode, batches: huge }))));
  expect(message).toMatch(/^train: step 1: the (loss is|gradient of)/);
  dispose(weights);
});

test('data without batches is an error; the end of the data ends the run', async () => {
  const weights = init(net, { seed: 1 });
  const from = (list: Points[]) => ({ from: (position: number) => list.slice(position) });
  expect(await thrown(eventsOf(train(options(weights, { batches: [] }))))).toBe(
    'train: step 1: the list of batches is empty',
  );
  expect(await thrown(eventsOf(train(options(weights, { batches: from([]) }))))).toBe(
    'train: step 1: the data gave no batch at position 0; is it empty?',
  );
  expect(lossesIn(await eventsOf(train(options(weights, { batches: from(points) }))))).toHaveLength(3);
  dispose(weights);
});

test('steps of several batches use no more tensors and bytes after the third', async () => {
  const weights = init(net, { seed: 1 });
  const held: unknown[] = [];
  for await (const event of train(options(weights, { steps: 12, emaDecay: 0.9, clipNorm: 0.1, accumulate: 2 })))
    if (event.type === 'step') held.push(event.memoryUsage);
  for (const later of held.slice(3)) expect(later).toEqual(held[2]);
  dispose(weights);
});

test('a resumed run reports its step, and whether it is finished', async () => {
  const store = memoryStore();
  const weights = init(net, { seed: 1 });
  const run = (steps: number, batches: Options['batches'] = points) =>
    eventsOf(train(options(weights, { steps, batches, checkpoint: { every: 2, store } })));
  const kinds = (events: readonly TrainingEvent[]) => events.map(({ type, step }) => `${type} ${step}`);
  expect(kinds(await run(2))).toEqual(['step 1', 'step 2', 'checkpoint 2']);
  const more = await run(3);
  expect(more[0]).toEqual({ type: 'resume', step: 2, name: 'step 2', isFinished: false });
  expect(kinds(more)).toEqual(['resume 2', 'step 3', 'checkpoint 3']);
  const finished = [{ type: 'resume', step: 3, name: 'step 3', isFinished: true }];
  expect(await run(3)).toEqual(finished);
  expect(await run(9, { from: position => points.slice(position) })).toEqual(finished); // the data has ended
  dispose(weights);
});

withoutGpu('batches of every kind are read alike, and resumed from their position', async () => {
  const list = [0, 1, 2].map(i => points[i]!);
  const generate = function* () {
    yield* list;
  };
  const generateSlowly = async function* () {
    yield* list;
  };
  const kinds: Record<string, () => Options['batches']> = {
    'a list': () => list,
    'a set': () => new Set(list),
    'a generator': () => generate(),
    'an async generator': () => generateSlowly(),
    'a function of the position': () => i => list[i % 3]!,
    'an async function of the position': () => async i => list[i % 3]!,
    'a generator function': () => generate,
    'an async generator function': () => generateSlowly,
    'a generator function of the position': () =>
      function* (position) {
        yield* list.slice(position);
      },
    'what can be read from any position': () => ({ from: position => list.slice(position) }),
  };
  const losses = async (batches: () => Options['batches']) => {
    const weights = init(net, { seed: 1 });
    const checkpoint = { every: 1, store: memoryStore() };
    const first = await eventsOf(train(options(weights, { batches: batches(), steps: 1, checkpoint })));
    const rest = await eventsOf(train(options(weights, { batches: batches(), steps: 3, checkpoint })));
    dispose(weights);
    return lossesIn([...first, ...rest]);
  };
  const expected = await losses(kinds['a list']!);
  expect(expected).toHaveLength(3);
  for (const [kind, batches] of Object.entries(kinds)) expect([kind, await losses(batches)]).toEqual([kind, expected]);
});

withoutGpu('an invalid source of batches is an error', async () => {
  const weights = init(net, { seed: 1 });
  const fit =
    'they may be a list, anything that can be iterated, also asynchronously, a function that gives such, or ' +
    'have from(position)';
  const refusal = (more: object) => thrown(eventsOf(train(options(weights, more))));
  expect(await refusal({ batches: 5 })).toBe(`train: step 1: batches are 5; ${fit}`);
  expect(await refusal({ batches: 'text' })).toBe(`train: step 1: batches are "text"; ${fit}`);
  expect(await refusal({ batches: Promise.resolve(points) })).toBe(
    `train: step 1: batches are a promise; await it first; ${fit}`,
  );
  const evaluate = { every: 1, batches: () => points[0] };
  expect(await refusal({ evaluate })).toBe(`train: step 0: evaluate: batches are [object Object]; ${fit}`);
  const objective = { weights, loss: (w: Net, b: Points) => loss(w, b, undefined) };
  const [whole, again] = [points, new Set(points)].map(batches => evaluateOn({ ...objective, batches }));
  expect(await whole).toEqual(await again);
  expect(await evaluateOn({ ...objective, batches: () => points })).toEqual(await whole);
  dispose(weights);
});

test('a loss that is not a tensor, is a promise, or does not depend on the weights is an error', async () => {
  await expectNoLeak(async () => {
    const weights = init(net, { seed: 1 });
    const refusal = (given: unknown, more: Options = {}) =>
      thrown((async () => eventsOf(train(options(weights, { ...more, loss: given as never }))))());
    expect(await refusal(async () => tensor([1], []))).toBe(
      'train: step 1: the loss gave a promise; it must give a tensor at once: await what it needs where batches ' +
        'are made',
    );
    expect(await refusal(() => 5)).toBe('train: step 1: the loss gave 5; it must give a tensor that holds one number');
    expect(await refusal('loss')).toBe(
      'train: loss is neither a function nor an objective, such as languageModelLoss(model) gives',
    );
    const fresh = init(net, { seed: 2 });
    const depends = (count: number, first: string) =>
      `train: step 1: the loss depends on none of the ${count} weights that are trained, such as ${first}; it ` +
      'must be computed from those it is given';
    expect(await refusal((_: Net, b: Points) => loss(fresh, b, undefined))).toBe(depends(4, 'up.weight'));
    const ofUp = (w: Net) => meanSquaredError(w.up.weight as Tensor, w.up.weight as Tensor);
    expect(await refusal(ofUp, { frozen: ['up.*'] })).toBe(depends(2, 'down.weight'));
    dispose([weights, fresh]);
  });
});

test('leaving the loop early frees the state of the run', () =>
  expectNoLeak(async () => {
    const weights = init(net, { seed: 1 });
    for await (const event of train(options(weights, { emaDecay: 0.9 }))) if (event.step === 2) break;
    dispose(weights);
  }));

test('a checkpoint of another run is an error that names the difference, and changes nothing', () =>
  expectNoLeak(async () => {
    const store = memoryStore();
    const weights = init(net, { seed: 1 });
    await eventsOf(train(options(weights, { steps: 1, checkpoint: { every: 1, store } })));
    const before = await numbersOf(weights);
    const other = options(weights, { optimizer: sgd(), checkpoint: { every: 1, store } });
    expect(await thrown(eventsOf(train(other)))).toBe(
      'train: checkpoint step 1 is of optimizer adamW, this run has sgd; give the same one',
    );
    const narrow = layer({ up: linear({ in: 2, out: 4 }), down }, (_, x: Tensor) => x);
    const tree = init(narrow, { seed: 1 });
    const run = train({
      layer: narrow,
      weights: tree,
      loss: () => tensor([1], []),
      batches: [1],
      steps: 2,
      learningRate: 1,
      checkpoint: { every: 1, store },
    });
    expect(await thrown(eventsOf(run))).toBe(
      'train: checkpoint step 1 holds weight:up.weight as [5, 2], the model needs [4, 2]',
    );
    expect(await numbersOf(weights)).toEqual(before);
    dispose([weights, tree]);
  }));

test.each<[Options, string]>([
  [{ steps: 0 }, 'train: steps is 0; it must be a whole number, 1 or more'],
  [{ accumulate: 1.5 }, 'train: accumulate is 1.5; it must be a whole number, 1 or more'],
  [{ clipNorm: 0 }, 'train: clipNorm is 0; it must be a number above 0'],
  [{ emaDecay: 1 }, 'train: emaDecay is 1; it must be a number from 0 to below 1'],
  [{ seed: -1 }, 'train: seed is -1; it must be a whole number from 0 to 4294967295'],
  [
    { frozen: ['up.*', 'down'] },
    "train: step 1: frozen 'down' fits none of the 4 weights, such as up.weight; a whole part is 'down.**'",
  ],
  [{ frozen: ['**'] }, 'train: step 1: all 4 weights are frozen; there is nothing to train'],
  [{ learningRate: Number.NaN }, 'train: step 1: the learning rate is NaN; it must be a number, 0 or more'],
])('invalid settings are errors: %o', async (wrong, message) => {
  const weights = init(net, { seed: 1 });
  expect(await thrown((async () => eventsOf(train(options(weights, wrong))))())).toBe(message);
  dispose(weights);
});

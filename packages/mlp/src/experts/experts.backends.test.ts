import { describe as describeLayer, type HasNeeds, record, replace, unflatten, weightNeeds } from '@residual/layers';
import {
  capture,
  dispose,
  gradients,
  mul,
  normalValues,
  relu,
  requireBackend,
  square,
  sum,
  type Tensor,
  tensor,
} from '@residual/tensor';
import { expectClose, expectNoLeak, linearRows, type Row, type Rows, silu64, softmaxRow } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import {
  clampedExperts,
  type Experts,
  gatedExperts,
  gatedMlp,
  mixtureOfExperts,
  plainExperts,
  type Router,
  sigmoidGated,
  sigmoidInputRouter,
  sigmoidRouter,
  softmaxRouter,
  sparseMixer,
  topKSoftmaxRouter,
} from '../index.js';

const [batch, length, modelDim, hiddenDim, experts, topK] = [2, 3, 5, 7, 6, 2];
const tokens = batch * length;
const sizes = { modelDim, experts, topK };

const isGpu = () => ['webgl', 'webgpu'].includes(requireBackend());
const numbers = (name: string, shape: readonly number[], scale = 1) =>
  Array.from(
    normalValues(
      4,
      name,
      shape.reduce((product, n) => product * n, 1),
    ),
    value => value * scale,
  );

/** Numbers of the weights of a layer by path. */
type Numbers = Map<string, number[]>;
const numbersOf = (layer: HasNeeds<unknown>): Numbers =>
  new Map(weightNeeds(layer).map(({ path, need }) => [path, numbers(path, need.shape)]));
const treeOf = <N>(layer: HasNeeds<N>, values: Numbers) =>
  unflatten(layer, new Map(weightNeeds(layer).map(({ path, need }) => [path, tensor(values.get(path)!, need.shape)])));
const rowsOf = (values: Row, width: number): Rows =>
  Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));

/** The tensor at a path of a tree; undefined if there is none. */
const at = (tree: unknown, path: string) =>
  path.split('.').reduce((part, name) => (part as Record<string, unknown>)[name], tree) as Tensor | undefined;

/** What a router should say about one token: experts, and factors of their outputs and inputs. */
interface Routing64 {
  chosen: number[];
  weights?: Row;
  inputWeights?: Row;
}
type Route = (logits: Row, correction: Row | undefined) => Routing64;

const sigmoid64 = (x: number) => 1 / (1 + Math.exp(-x));
const total = (row: Row) => row.reduce((a, b) => a + b, 0);
const largest = (row: Row, k = topK) =>
  row
    .map((_, i) => i)
    .sort((a, b) => row[b]! - row[a]! || a - b)
    .slice(0, k);
const take = (row: Row, indices: number[]) => indices.map(i => row[i]!);
const normalized = (row: Row, epsilon = 0) => row.map(value => value / (total(row) + epsilon));
/** Scores with those outside the best two of three groups of two at -Infinity. */
const inBestGroups = (row: Row, scoreOf: (group: Row) => number) => {
  const best = largest([0, 1, 2].map(group => scoreOf(row.slice(2 * group, 2 * group + 2))));
  return row.map((value, i) => (best.includes(Math.floor(i / 2)) ? value : Number.NEGATIVE_INFINITY));
};
/** The share of an entry in a softmax over those within 2 jitter of it, without the `without`-th. */
const share = (row: Row, at: number, jitter: number, without: number) => {
  const close = row.filter(
    (value, i) => i !== without && (row[at]! - value) / Math.max(Math.abs(value), row[at]!) <= 2 * jitter,
  );
  return 1 / total(close.map(value => Math.exp(value - row[at]!)));
};

const routers: Record<string, { router: Router; route: Route }> = {
  softmaxRouter: {
    router: softmaxRouter(sizes),
    route: logits => {
      const chosen = largest(logits);
      return { chosen, weights: normalized(take(softmaxRow(logits), chosen)) };
    },
  },
  'softmaxRouter, in groups': {
    router: softmaxRouter({ ...sizes, normalize: false, scale: 1.5, groups: { count: 3, topK: 2, score: 'largest' } }),
    route: logits => {
      const chosen = largest(inBestGroups(logits, group => Math.max(...group)));
      return { chosen, weights: take(softmaxRow(logits), chosen).map(weight => 1.5 * weight) };
    },
  },
  topKSoftmaxRouter: {
    router: topKSoftmaxRouter({ ...sizes, bias: true }),
    route: logits => {
      const chosen = largest(logits);
      return { chosen, weights: softmaxRow(take(logits, chosen)) };
    },
  },
  sigmoidRouter: {
    router: sigmoidRouter({ ...sizes, epsilon: 0.25, correction: true }),
    route: (logits, correction) => {
      const scores = logits.map(sigmoid64);
      const chosen = largest(scores.map((score, i) => score + correction![i]!));
      return { chosen, weights: normalized(take(scores, chosen), 0.25) };
    },
  },
  'sigmoidRouter, in groups': {
    router: sigmoidRouter({
      ...sizes,
      correction: true,
      scale: 2.5,
      groups: { count: 3, topK: 2, score: 'topTwo' },
    }),
    route: (logits, correction) => {
      const scores = logits.map(sigmoid64);
      const corrected = scores.map((score, i) => score + correction![i]!);
      const chosen = largest(inBestGroups(corrected, total));
      return { chosen, weights: normalized(take(scores, chosen)).map(weight => 2.5 * weight) };
    },
  },
  sigmoidInputRouter: {
    router: sigmoidInputRouter(sizes),
    route: logits => {
      const chosen = largest(logits);
      return { chosen, inputWeights: take(logits, chosen).map(sigmoid64) };
    },
  },
  sparseMixer: {
    router: sparseMixer({ modelDim, experts, jitter: 0.4 }),
    route: logits => {
      const chosen = largest(logits);
      return { chosen, weights: chosen.map((at, i) => share(logits, at, 0.4, i === 0 ? -1 : chosen[0]!)) };
    },
  },
};

/** The routing of each token in float64. */
function routings(values: Numbers, prefix: string, x: Rows, route: Route): Routing64[] {
  const logits = linearRows(x, rowsOf(values.get(`${prefix}weight`)!, modelDim), values.get(`${prefix}bias`));
  return logits.map(row => route(row, values.get(`${prefix}correction`)));
}

const x64 = () => rowsOf(numbers('x', [tokens, modelDim]), modelDim);

/** On GPUs those that run all ops. */
const routersHere = Object.entries(routers).filter(([name]) => !isGpu() || /^sparse|^sigmoid.*groups|Input/.test(name));

test.each(routersHere)('%s chooses and weighs the experts of each token', (_, { router, route }) =>
  expectNoLeak(async () => {
    const values = numbersOf(router);
    const expected = routings(values, '', x64(), route);
    const [x, weights] = [tensor(x64().flat(), [tokens, modelDim]), treeOf(router, values)];
    const recorder = record(['logits', 'chosen']);
    const found = router(weights, x, recorder.scope);
    expect([...(await found.chosen.data())]).toEqual(expected.flatMap(({ chosen }) => chosen));
    for (const name of ['weights', 'inputWeights'] as const) {
      const factors = expected.flatMap(routing => routing[name] ?? []);
      expect(found[name]?.shape).toEqual(factors.length > 0 ? [tokens, topK] : undefined);
      if (found[name]) await expectClose(found[name]!, rowsOf(factors, topK), { absolute: 2e-6 });
    }
    expect(recorder.values.get('logits')!.shape).toEqual([tokens, experts]);
    expect(recorder.values.get('chosen')!.dtype).toBe('int32');
    recorder.dispose();
    dispose([x, weights, found]);
  }),
);

/** What one expert makes of a row. */
type Expert = (row: Row, matrix: (name: string) => Rows, bias: (name: string) => Row | undefined) => Row;
const one = (row: Row, matrix: Rows, bias?: Row): Row => linearRows([row], matrix, bias)[0]!;
const clamp = (value: number, limit: number) => Math.min(Math.max(value, -limit), limit);

const kinds: Record<string, { made: Experts; expert: Expert }> = {
  gatedExperts: {
    made: gatedExperts({ modelDim, hiddenDim, experts }),
    expert: (row, matrix) => {
      const up = one(row, matrix('up'));
      const hidden = one(row, matrix('gate')).map((gate, i) => silu64(gate) * up[i]!);
      return one(hidden, matrix('down'));
    },
  },
  clampedExperts: {
    made: clampedExperts({ modelDim, hiddenDim, experts, bias: true, limit: 1.5, alpha: 1.25 }),
    expert: (row, matrix, bias) => {
      const up = one(row, matrix('up'), bias('up')).map(value => clamp(value, 1.5));
      const gates = one(row, matrix('gate'), bias('gate')).map(value => Math.min(value, 1.5));
      const hidden = gates.map((gate, i) => (up[i]! + 1) * gate * sigmoid64(1.25 * gate));
      return one(hidden, matrix('down'), bias('down'));
    },
  },
  plainExperts: {
    made: plainExperts({ modelDim, hiddenDim, experts, activation: x => square(relu(x)) }),
    expert: (row, matrix) =>
      one(
        one(row, matrix('up')).map(value => Math.max(value, 0) ** 2),
        matrix('down'),
      ),
  },
};

/** Σ weight · expert(input weight · x) over the chosen experts, in float64. */
function mixture64(values: Numbers, x: Rows, route: Route, expert: Expert): Rows {
  const stack = (name: string, at: number) => {
    const width = name === 'down' ? hiddenDim : modelDim;
    const rows = rowsOf(values.get(`experts.${name}.weight`)!, width);
    return rows.slice((at * rows.length) / experts, ((at + 1) * rows.length) / experts);
  };
  const biasOf = (name: string, at: number) => {
    const all = values.get(`experts.${name}.bias`);
    return all?.slice((at * all.length) / experts, ((at + 1) * all.length) / experts);
  };
  return routings(values, 'router.', x, route).map(({ chosen, weights, inputWeights }, token) => {
    const y = Array(modelDim).fill(0);
    chosen.forEach((at, j) => {
      const input = x[token]!.map(value => value * (inputWeights?.[j] ?? 1));
      const made = expert(
        input,
        name => stack(name, at),
        name => biasOf(name, at),
      );
      for (let d = 0; d < modelDim; d++) y[d] += (weights?.[j] ?? 1) * made[d]!;
    });
    return y;
  });
}

/** On GPUs one kind of experts, since others run the same kernels in other programs. */
const kindsHere = Object.entries(kinds).slice(0, isGpu() ? 1 : undefined);

describe.each(kindsHere)('%s', (kind, { made, expert }) => {
  test('a mixture is the weighted sum of the chosen experts; gradients agree with finite differences', async () => {
    // One kind of experts runs with every router; on GPUs with one, since other shapes compile programs.
    const names = kind === 'gatedExperts' && !isGpu() ? Object.keys(routers) : ['softmaxRouter'];
    for (const name of names) {
      const { router, route } = routers[name]!;
      const layer = mixtureOfExperts({ router, experts: made });
      const values = numbersOf(layer);
      const dy = numbers('dy', [tokens, modelDim]);
      const loss = (x: Rows) =>
        total(
          mixture64(values, x, route, expert)
            .flat()
            .map((y, i) => y * dy[i]!),
        );
      const x = x64();
      const [input, upstream, weights] = [
        tensor(x.flat(), [batch, length, modelDim]),
        tensor(dy, [batch, length, modelDim]),
        treeOf(layer, values),
      ];
      const found = gradients(() => sum(mul(layer(weights, input), upstream)), { input, weights });
      const y = layer(weights, input);
      expect(y.shape).toEqual([batch, length, modelDim]);
      await expectClose(y, mixture64(values, x, route, expert).flat(), { absolute: 2e-4, relative: 1e-5 });
      const slope = (row: Row, at: number) => {
        const before = row[at]!;
        const [above, below] = [1e-6, -1e-6].map(change => {
          row[at] = before + change;
          return loss(x);
        });
        row[at] = before;
        return (above! - below!) / 2e-6;
      };
      const tolerance = { absolute: 2e-3, relative: 2e-4 };
      const byInput = x.flatMap(row => row.map((_, at) => slope(row, at)));
      await expectClose(found.gradients.input!, byInput, tolerance);
      for (const [path, row] of values) {
        // Some of the numbers, and none of those of a correction, which only chooses.
        const gradient = at(found.gradients.weights, path);
        if (path === 'router.correction') expect(gradient).toBeUndefined();
        else {
          const actual = Array.from(await gradient!.data());
          const some = row.map((_, i) => i).filter(i => i % Math.ceil(row.length / 12) === 0);
          await expectClose(
            take(actual, some),
            some.map(i => slope(row, i)),
            tolerance,
          );
        }
      }
      dispose([input, upstream, weights, found, y]);
    }
  });
});

const softmaxMixture = () =>
  mixtureOfExperts({ router: softmaxRouter(sizes), experts: gatedExperts({ modelDim, hiddenDim, experts }) });

test.skipIf(isGpu())('shared experts are added for all tokens, also behind a gate', () =>
  expectNoLeak(async () => {
    const { router, experts: made } = { router: softmaxRouter(sizes), experts: kinds.gatedExperts!.made };
    const mlp = gatedMlp({ modelDim, hiddenDim: 4 });
    const [plain, gated] = [
      mixtureOfExperts({ router, experts: made, shared: mlp }),
      mixtureOfExperts({ router, experts: made, shared: sigmoidGated({ modelDim, mlp }) }),
    ];
    const values = numbersOf(gated);
    const x = x64();
    const routed = mixture64(values, x, routers.softmaxRouter!.route, kinds.gatedExperts!.expert);
    const ofMlp = x.map(row =>
      kinds.gatedExperts!.expert(
        row,
        name => rowsOf(values.get(`shared.mlp.${name}.weight`)!, name === 'down' ? 4 : modelDim),
        () => undefined,
      ),
    );
    const doors = linearRows(x, [numbers('shared.gate.weight', [1, modelDim])]).map(row => sigmoid64(row[0]!));
    const input = tensor(x.flat(), [tokens, modelDim]);
    for (const [layer, factor] of [
      [plain, () => 1],
      [gated, (token: number) => doors[token]!],
    ] as const) {
      // The mlp of the plain one is at another path.
      const own = layer === gated ? values : new Map([...values].map(([path, row]) => [path.replace('.mlp', ''), row]));
      const weights = treeOf(layer as HasNeeds<unknown>, own) as never;
      const y = layer(weights, input);
      const expected = routed.map((row, t) => row.map((value, d) => value + factor(t) * ofMlp[t]![d]!));
      await expectClose(y, expected, { absolute: 1e-4 });
      dispose([weights, y]);
    }
    input.dispose();
  }),
);

test('a captured mixture chooses anew in each replay', () =>
  expectNoLeak(async () => {
    const layer = softmaxMixture();
    const weights = treeOf(layer, numbersOf(layer));
    const [x, other] = ['x', 'other'].map(name => tensor(numbers(name, [tokens, modelDim]), [tokens, modelDim]));
    const { outputs, graph } = capture(x => [layer(weights, x!)], [x!]);
    const [y] = graph.replay([other!]);
    const expected = layer(weights, other!);
    await expectClose(y!, expected, { absolute: 1e-6 });
    dispose([weights, x, other, outputs, y, expected]);
    graph.dispose();
  }));

test('taps show what a router decided; a replaced choice gets the weights of its experts', () =>
  expectNoLeak(async () => {
    const layer = softmaxMixture();
    const [values, x] = [numbersOf(layer), x64()];
    const [weights, input] = [treeOf(layer, values), tensor(x.flat(), [tokens, modelDim])];
    const recorder = record(['mlp.router.weights', 'mlp.experts.hidden']);
    const forced = replace(
      { '**.chosen': x => tensor(Array(tokens).fill([3, 5]).flat(), x.shape, 'int32') },
      recorder.scope,
    );
    const y = layer(weights, input, forced.at('mlp'));
    const route: Route = logits => ({ chosen: [3, 5], weights: normalized(take(softmaxRow(logits), [3, 5])) });
    await expectClose(y, mixture64(values, x, route, kinds.gatedExperts!.expert), { absolute: 1e-4 });
    const expected = routings(values, 'router.', x, route).map(({ weights }) => weights!);
    await expectClose(recorder.values.get('mlp.router.weights')!, expected, { absolute: 1e-6 });
    expect(recorder.values.get('mlp.experts.hidden')!.shape).toEqual([tokens, topK, hiddenDim]);
    recorder.dispose();
    dispose([weights, input, y]);
  }));

test('the parameters of all experts are counted, the operations of the chosen ones', () => {
  const { parameters, flopsPerToken, census } = describeLayer(softmaxMixture());
  const ofExpert = 3 * modelDim * hiddenDim;
  expect(parameters).toBe(experts * ofExpert + experts * modelDim);
  expect(flopsPerToken).toBe(2 * topK * ofExpert + 2 * experts * modelDim + 2 * topK * modelDim);
  expect([census.up, census.matrices]).toEqual([experts * modelDim * hiddenDim, 3 * experts + 1]);
});

const composed: [string, () => unknown][] = [
  [
    'mixtureOfExperts: router chooses among 6 experts, experts has 4; they must be equal',
    () =>
      mixtureOfExperts({ router: softmaxRouter(sizes), experts: gatedExperts({ modelDim, hiddenDim, experts: 4 }) }),
  ],
  [
    'mixtureOfExperts: router is 4 wide, experts 5; they must be equal',
    () => mixtureOfExperts({ router: softmaxRouter({ ...sizes, modelDim: 4 }), experts: kinds.gatedExperts!.made }),
  ],
  ['softmaxRouter: topK is 7; it must be a whole number from 1 to 6', () => softmaxRouter({ ...sizes, topK: 7 })],
  [
    'gatedExperts: experts is 1000000; it must be a whole number from 1 to 4096',
    () => gatedExperts({ modelDim, hiddenDim, experts: 1e6 }),
  ],
  [
    'sigmoidRouter: groups.count is 4; it must be a divisor of the 6 experts',
    () => sigmoidRouter({ ...sizes, groups: { count: 4, topK: 1, score: 'topTwo' } }),
  ],
  [
    'sigmoidRouter: groups.score is "topTwo"; it must be \'largest\' for groups of 1',
    () => sigmoidRouter({ ...sizes, groups: { count: 6, topK: 2, score: 'topTwo' } }),
  ],
  [
    'softmaxRouter: topK is 3; it must be at most 2, the experts of 1 groups',
    () => softmaxRouter({ ...sizes, topK: 3, groups: { count: 3, topK: 1, score: 'largest' } }),
  ],
  [
    'clampedExperts: limit is 0; it must be a positive number',
    () => clampedExperts({ modelDim, hiddenDim, experts, limit: 0 }),
  ],
  ['sparseMixer: jitter is -1; it must be a number from 0', () => sparseMixer({ modelDim, experts, jitter: -1 })],
];

test.each(composed)('%s', (message, compose) => {
  expect(compose).toThrow(message);
});

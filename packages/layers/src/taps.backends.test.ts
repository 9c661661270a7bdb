import { add, dispose, gradients, memoryUsage, mul, sum, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AnyLayer, emptyScope, layer, record, replace } from './index.js';

/** (3 x) as `tripled`, then its square. */
const squared = layer({}, (_, x: Tensor, scope) => {
  const tripled = scope.tap('tripled', mul(x, 3));
  return mul(tripled, tripled);
});
const twice = layer({}, (_, x: Tensor, scope) => squared({}, squared({}, x, scope.at(0)), scope.at(1)));

let x: Tensor;
beforeEach(() => {
  x = tensor([1, 2, 5], [3]);
});
afterEach(() => x.dispose());

test('a recorder keeps the wanted tensors, in order, until it is disposed', async () => {
  const before = memoryUsage().tensors;
  const recorder = record(['*.tripled', '1.output']);
  const y = twice({}, x, recorder.scope);
  expect([...recorder.values.keys()]).toEqual(['0.tripled', '1.tripled', '1.output']);
  await expectClose(recorder.values.get('0.tripled')!, [3, 6, 15], { absolute: 1e-5 });
  await expectClose(recorder.values.get('1.tripled')!, [27, 108, 675], { relative: 1e-6 });
  await expectClose(recorder.values.get('1.output')!, y, { absolute: 0 });
  expect(memoryUsage().tensors - before).toBe(4);
  recorder.dispose();
  expect(recorder.values.size).toBe(0);
  y.dispose();
  expect(memoryUsage().tensors).toBe(before);
});

test('a path that runs again holds its newest tensor and no other', async () => {
  const before = memoryUsage().tensors;
  const recorder = record(['output']);
  const five = tensor([5], [1]);
  dispose([squared({}, x, recorder.scope), squared({}, five, recorder.scope), five]);
  await expectClose(recorder.values.get('output')!, [225], { absolute: 1e-4 });
  expect(memoryUsage().tensors - before).toBe(1);
  recorder.dispose();
});

test('a replacement is used instead of the tensor', async () => {
  const scope = replace({ '0.tripled': () => tensor([1, 0, 2], [3]), '*.output': y => add(y, 1) });
  const y = twice({}, x, scope);
  await expectClose(y, [(2 * 3) ** 2 + 1, (1 * 3) ** 2 + 1, (5 * 3) ** 2 + 1], { absolute: 1e-4 });
  y.dispose();
});

test('a pattern that fits no tensor is an error of the layer that runs, with the nearest paths', async () => {
  const run = (patterns: string[], make = twice as AnyLayer<Tensor, Tensor>) =>
    expectNoLeak(() => {
      const recorder = record(patterns);
      try {
        make({}, x, recorder.scope).dispose();
      } finally {
        recorder.dispose();
      }
    });
  await expect(run(['0.output', '*.tripple'])).rejects.toThrow(
    "record: '*.tripple' fits no tensor that came up; the nearest are *.tripled, *.input",
  );
  await expect(run(['2.tripled'])).rejects.toThrow(
    "record: '2.tripled' fits no tensor that came up; the nearest are 0.tripled, 1.tripled, 0.input, 0.output, 1.input",
  );
  const silent = layer({}, (_, x: Tensor) => mul(x, 1));
  await run(['**'], silent);
  await expect(run(['0.output'], silent)).rejects.toThrow(
    "record: '0.output' fits no tensor that came up; the nearest are output, input",
  );
  const scope = replace({ '0.tripled': y => y, '1.triple': y => y }, record(['**']).scope);
  expect(() => twice({}, x, scope)).toThrow(
    "replace: '1.triple' fits no tensor that came up; the nearest are 1.tripled",
  );
});

test('patterns that are not a list, and replacements that are not functions, throw', () => {
  expect(() => record('logits' as never)).toThrow(
    'record: the patterns are "logits"; they must be a list, such as [\'logits\']',
  );
  expect(() => record([5] as never)).toThrow('record: the patterns are [5]; they must be a list');
  expect(() => replace({ output: 5 as never })).toThrow(
    "replace: 'output' has 5; it must have a function of the tensor and its path",
  );
});

test('a partial layer does not report unmatched patterns, the recorder does', () => {
  const half = layer({}, (_, x: Tensor, scope) => squared({}, x, scope.at(0)), { partial: true });
  const recorder = record(['*.tripled', '1.output']);
  half({}, x, recorder.scope).dispose();
  expect(() => recorder.expectAllMatched()).toThrow("record: '1.output' fits no tensor that came up");
  twice({}, x, recorder.scope).dispose();
  recorder.expectAllMatched();
  recorder.dispose();
});

test('the first matching pattern is used, and receives the path', () => {
  const paths: string[] = [];
  const keep = (name: string) => (y: Tensor, path: string) => {
    paths.push(`${name} ${path}`);
    return y;
  };
  twice({}, x, replace({ '1.*': keep('first'), '*.tripled': keep('second') })).dispose();
  expect(paths).toEqual(['second 0.tripled', 'first 1.input', 'first 1.tripled', 'first 1.output']);
});

test('the tensors of a replacement belong to the layer', async () => {
  await expectNoLeak(() => squared({}, x, replace({ tripled: y => mul(add(y, 1), 2) })).dispose());
});

test('gradients flow through a replacement that was computed from the tensor, and through no other', async () => {
  const through = gradients(() => sum(squared({}, x, replace({ tripled: y => mul(y, 2) }))), { x });
  await expectClose(through.gradients.x!, [72, 144, 360], { relative: 1e-5 }); // (6 x)²
  const cut = gradients(() => sum(squared({}, x, replace({ tripled: y => zeros(y.shape) }))), { x });
  expect(cut.gradients.x).toBeUndefined();
  dispose([through, cut]);
});

test('a recorder does not disturb gradients', async () => {
  const recorder = record(['**']);
  const found = gradients(() => sum(squared({}, x, recorder.scope)), { x });
  await expectClose(found.gradients.x!, [18, 36, 90], { relative: 1e-5 });
  await expectClose(recorder.values.get('output')!, [9, 36, 225], { relative: 1e-5 });
  dispose(found);
  recorder.dispose();
});

test('a recorder sees the replacements of earlier taps', async () => {
  const zero = (y: Tensor) => zeros(y.shape);
  const after = record(['tripled'], replace({ tripled: zero }));
  const first = record(['tripled'], emptyScope);
  const scope = replace({ tripled: zero }, first.scope);
  dispose([squared({}, x, after.scope), squared({}, x, scope)]);
  await expectClose(after.values.get('tripled')!, [0, 0, 0], { absolute: 0 });
  await expectClose(first.values.get('tripled')!, [3, 6, 15], { absolute: 1e-5 });
  after.dispose();
  first.dispose();
});

test('a replacement of another shape is refused, and nothing leaks', () => {
  const before = memoryUsage();
  const scope = replace({ '1.tripled': () => zeros([2]) });
  expect(() => twice({}, x, scope)).toThrow('replace: 1.tripled is [3], the replacement [2]; they must be equal');
  expect(memoryUsage()).toEqual(before);
});

test('every layer taps its input and its output, and each tensor of a record that it reads', async () => {
  const sum = layer({}, (_, { a, b }: { a: Tensor; b: Tensor }) => add(a, b));
  const recorder = record(['**']);
  const outer = layer({}, (_, y: Tensor, scope) => sum({}, { a: y, b: mul(y, 2) }, scope.at('sum')));
  outer({}, x, recorder.scope).dispose();
  expect([...recorder.values.keys()]).toEqual(['input', 'sum.input.a', 'sum.input.b', 'sum.output', 'output']);
  const changed = outer({}, x, replace({ 'sum.input.b': b => mul(b, 10), output: y => add(y, 1) }));
  await expectClose(changed, [22, 43, 106], { absolute: 1e-4 });
  recorder.dispose();
  changed.dispose();
});

import { dispose, gradients, normalValues, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type ContrastiveLossOptions, contrastiveLoss } from '../index.js';

const [batch, texts, more, dim] = [3, 5, 7, 2];
const sizes = { images: [batch, dim], texts: [texts, dim], moreTexts: [more, dim], scale: [], bias: [] };
const numbers = (name: keyof typeof sizes) =>
  Array.from(
    normalValues(
      3,
      name,
      Math.max(
        1,
        sizes[name].reduce((a, b) => a * b, 1),
      ),
    ),
  );
const values = { images: numbers('images'), texts: numbers('texts'), scale: [1.7], bias: [-0.6] };
const others = numbers('moreTexts');
const positives = [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1];
const morePositives = Array.from({ length: batch * more }, (_, i) => (i % 5 === 0 ? 1 : 0));
const all: ContrastiveLossOptions = { sigmoid: 0.5, imageToText: 0.7, textToImage: 0.3 };

/** The loss in float64, straight from its definition. */
function expected(
  { images, texts: ownTexts, scale, bias }: typeof values,
  options: ContrastiveLossOptions,
  hasMore = true,
) {
  const logit = (i: number, text: readonly number[], j: number) =>
    scale[0]! *
    Array.from({ length: dim }, (_, k) => images[i * dim + k]! * text[j * dim + k]!).reduce((a, b) => a + b);
  const row = (i: number) => [
    ...Array.from({ length: texts }, (_, j) => ({
      logit: logit(i, ownTexts, j),
      isPositive: positives[i * texts + j] === 1,
    })),
    ...Array.from({ length: hasMore ? more : 0 }, (_, j) => ({
      logit: logit(i, others, j),
      isPositive: morePositives[i * more + j] === 1,
    })),
  ];
  const column = (j: number) =>
    Array.from({ length: batch }, (_, i) => ({
      logit: logit(i, ownTexts, j),
      isPositive: positives[i * texts + j] === 1,
    }));
  const total = (entries: { logit: number }[]) => entries.reduce((sum, { logit }) => sum + Math.exp(logit), 0);
  const share = (entries: ReturnType<typeof row>) =>
    -Math.log(total(entries.filter(({ isPositive }) => isPositive)) / total(entries));
  let [sigmoid, imageToText, textToImage] = [0, 0, 0];
  for (let i = 0; i < batch; i++) {
    imageToText += share(row(i)) / batch;
    textToImage += share(column(i)) / batch;
    for (const { logit, isPositive } of row(i).slice(0, texts))
      sigmoid += Math.log(1 + Math.exp((isPositive ? -1 : 1) * (logit + bias[0]!))) / batch;
  }
  return (
    (options.sigmoid ?? 0) * sigmoid +
    (options.imageToText ?? 0.5) * imageToText +
    (options.textToImage ?? 0.5) * textToImage
  );
}

const inputs = () => {
  const [mask, moreMask] = [tensor(positives, [batch, texts]), tensor(morePositives, [batch, more])];
  const made = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, tensor(data, sizes[name as keyof typeof values])]),
  ) as Record<keyof typeof values, Tensor>;
  return { ...made, positives: mask, moreTexts: tensor(others, [more, dim]), morePositives: moreMask };
};

test.each<[string, ContrastiveLossOptions]>([
  ['all terms', all],
  ['the terms of CLIP', {}],
  ['the term of SigLIP', { sigmoid: 1, imageToText: 0, textToImage: 0 }],
])('it equals its definition, and so do its gradients: %s', (_, options) =>
  expectNoLeak(async () => {
    const given = inputs();
    const { images, texts, scale, bias } = given;
    const result = gradients(() => contrastiveLoss(given, options), { images, texts, scale, bias });
    await expectClose(result.value, [expected(values, options)], { relative: 1e-5 });
    for (const name of ['images', 'texts', 'scale', 'bias'] as const) {
      const slope = values[name].map((_, i) => {
        const at = (step: number) =>
          expected({ ...values, [name]: values[name].map((value, k) => (k === i ? value + step : value)) }, options);
        return (at(1e-5) - at(-1e-5)) / 2e-5;
      });
      const gradient = result.gradients[name];
      if (gradient) await expectClose(gradient, slope, { absolute: 2e-5 });
      else expect(slope.every(value => value === 0)).toBe(true);
    }
    dispose([given, result]);
  }),
);

test('texts of an earlier step may be absent', async () => {
  const { moreTexts, morePositives, ...given } = inputs();
  const loss = contrastiveLoss(given, all);
  await expectClose(loss, [expected(values, all, false)], { relative: 1e-5 });
  dispose([given, moreTexts, morePositives, loss]);
});

test('what does not fit is refused', () => {
  const given = inputs();
  const narrow = zeros([texts, 3]);
  expect(() => contrastiveLoss({ ...given, texts: narrow })).toThrow(
    'contrastiveLoss: images [3, 2] and texts [5, 3] must be [batch, dim], [texts, dim]',
  );
  expect(() => contrastiveLoss({ ...given, positives: given.morePositives })).toThrow(
    'contrastiveLoss: positives [3, 7] of texts must be [3, 5]',
  );
  expect(() => contrastiveLoss({ ...given, morePositives: undefined })).toThrow(
    'contrastiveLoss: moreTexts need morePositives',
  );
  expect(() => contrastiveLoss(given, { sigmoid: -1 })).toThrow('contrastiveLoss: sigmoid is -1');
  const few = zeros([2, dim]);
  const fewPositives = zeros([batch, 2]);
  expect(() => contrastiveLoss({ ...given, texts: few, positives: fewPositives })).toThrow(
    'contrastiveLoss: 2 texts are fewer than the 3 images, which have one each',
  );
  dispose([given, narrow, few, fewPositives]);
});

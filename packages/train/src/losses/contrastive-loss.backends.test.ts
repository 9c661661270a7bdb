import { dispose, gradients, normalValues, type Tensor, tensor, zeros } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type ContrastiveLossOptions, contrastiveLoss } from '../index.js';

const [batch, texts, dim] = [3, 5, 2];
const sizes = { images: [batch, dim], texts: [texts, dim], scale: [], bias: [] };
const values = {
  images: Array.from(normalValues(3, 'images', batch * dim)),
  texts: Array.from(normalValues(3, 'texts', texts * dim)),
  scale: [1.7],
  bias: [-0.6],
};
const positives = [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1];
const all: ContrastiveLossOptions = { sigmoid: 0.5, imageToText: 0.7, textToImage: 0.3 };

/** The loss in float64, straight from its definition. */
function expected({ images, texts: words, scale, bias }: typeof values, options: ContrastiveLossOptions) {
  const { sigmoid = 0, imageToText = 0.5, textToImage = 0.5 } = options;
  const entry = (i: number, j: number) => {
    const products = Array.from({ length: dim }, (_, k) => images[i * dim + k]! * words[j * dim + k]!);
    return { logit: scale[0]! * products.reduce((a, b) => a + b), isPositive: positives[i * texts + j] === 1 };
  };
  const row = (i: number) => Array.from({ length: texts }, (_, j) => entry(i, j));
  const column = (j: number) => Array.from({ length: batch }, (_, i) => entry(i, j));
  const total = (entries: { logit: number }[]) => entries.reduce((sum, { logit }) => sum + Math.exp(logit), 0);
  const share = (entries: ReturnType<typeof row>) =>
    -Math.log(total(entries.filter(({ isPositive }) => isPositive)) / total(entries));
  let sum = 0;
  for (let i = 0; i < batch; i++) {
    sum += imageToText * share(row(i)) + textToImage * share(column(i));
    for (const { logit, isPositive } of row(i))
      sum += sigmoid * Math.log(1 + Math.exp((isPositive ? -1 : 1) * (logit + bias[0]!)));
  }
  return sum / batch;
}

const inputs = () => {
  const made = Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, tensor(data, sizes[name as keyof typeof values])]),
  ) as Record<keyof typeof values, Tensor>;
  return { ...made, positives: tensor(positives, [batch, texts]) };
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

test('what does not fit is refused', () => {
  const given = inputs();
  const narrow = zeros([texts, 3]);
  expect(() => contrastiveLoss({ ...given, texts: narrow })).toThrow(
    'contrastiveLoss: images [3, 2] and texts [5, 3] must be [batch, dim], [texts, dim]',
  );
  const few = zeros([2, dim]);
  const fewPositives = zeros([batch, 2]);
  expect(() => contrastiveLoss({ ...given, positives: fewPositives })).toThrow(
    'contrastiveLoss: positives [3, 2] must be [3, 5]',
  );
  expect(() => contrastiveLoss(given, { sigmoid: -1 })).toThrow('contrastiveLoss: sigmoid is -1');
  expect(() => contrastiveLoss({ ...given, texts: few, positives: fewPositives })).toThrow(
    'contrastiveLoss: 2 texts are fewer than the 3 images, which have one each',
  );
  const overTexts = contrastiveLoss(
    { ...given, texts: few, positives: fewPositives },
    { imageToText: 0, sigmoid: 1, textToImage: 0 },
  );
  expect(overTexts.shape).toEqual([]);
  dispose([given, narrow, few, fewPositives, overTexts]);
});

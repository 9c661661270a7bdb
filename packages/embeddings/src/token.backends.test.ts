import { countParameters, init, linear } from '@residual/layers';
import { dispose, gradients, mul, sum, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { joinedEmbedding, projectedEmbedding, tiedHead, tokenEmbedding } from './index.js';

const table = [
  [1, 2],
  [3, 5],
  [-7, 11],
];
const weights = () => ({ weight: tensor(table.flat(), [3, 2]) });

test('ids to their rows', async () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2 });
  const [own, ids] = [weights(), tensor([2, 0, 2, 1], [1, 4], 'int32')];
  const y = embedding(own, ids);
  await expectClose(
    y,
    [
      [
        [-7, 11],
        [1, 2],
        [-7, 11],
        [3, 5],
      ],
    ],
    { absolute: 0 },
  );
  expect([embedding.vocab, embedding.dim, countParameters(embedding)]).toEqual([3, 2, 6]);
  await expectNoLeak(() => embedding(own, ids).dispose());
  dispose([own, ids, y]);
});

test('a scale multiplies what is looked up, not the table', async () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2, scale: Math.SQRT2 });
  const [own, ids, x] = [weights(), tensor([1], [1, 1], 'int32'), tensor([1, 1], [1, 1, 2])];
  const [y, logits] = [embedding(own, ids), tiedHead(embedding)(own, x)];
  await expectClose(y, [[[3 * Math.SQRT2, 5 * Math.SQRT2]]], { relative: 1e-6 });
  await expectClose(logits, [[[3, 8, 4]]], { absolute: 1e-6 });
  dispose([own, ids, x, y, logits]);
});

test('a row that is looked up twice gets both gradients', async () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2 });
  const [own, ids, dy] = [weights(), tensor([2, 0, 2], [1, 3], 'int32'), tensor([1, 10, 100, 1000, 2, 20], [1, 3, 2])];
  const found = gradients(() => sum(mul(embedding(own, ids), dy)), own);
  await expectClose(
    found.gradients.weight!,
    [
      [100, 1000],
      [0, 0],
      [3, 30],
    ],
    { absolute: 1e-4 },
  );
  dispose([own, ids, dy, found]);
});

test('look-ups of padding pass no gradient back', async () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2, padTokenId: 2 });
  const [own, ids, dy] = [weights(), tensor([2, 0, 2], [1, 3], 'int32'), tensor([1, 10, 100, 1000, 2, 20], [1, 3, 2])];
  const y = embedding(own, ids);
  await expectClose(y, [[table[2]!, table[0]!, table[2]!]], { absolute: 0 });
  const found = gradients(() => sum(mul(embedding(own, ids), dy)), own);
  await expectClose(
    found.gradients.weight!,
    [
      [100, 1000],
      [0, 0],
      [0, 0],
    ],
    { absolute: 1e-4 },
  );
  dispose([own, ids, dy, y, found]);
});

test('the tied head multiplies by the table', async () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2 });
  const [own, x] = [weights(), tensor([1, 0, 2, -1], [1, 2, 2])];
  const logits = tiedHead(embedding)(own, x);
  await expectClose(
    logits,
    [
      [
        [1, 3, -7],
        [0, 1, -25],
      ],
    ],
    { absolute: 1e-5 },
  );
  dispose([own, x, logits]);
});

test('a table of another width is projected to the width of the model, and back for a tied head', async () => {
  const [embedding, projection] = [tokenEmbedding({ vocab: 3, dim: 2 }), linear({ in: 2, out: 3, bias: false })];
  const headProjection = linear({ in: 3, out: 2, bias: false });
  const projected = projectedEmbedding({ embedding, projection, headProjection });
  const [up, down] = [tensor([1, 0, 2, -1, 0, 3], [3, 2]), tensor([1, 2, 3, 0, -1, 1], [2, 3])];
  const own = {
    ...weights(),
    projection: { weight: up, bias: undefined },
    headProjection: { weight: down, bias: undefined },
  };
  const [ids, x] = [tensor([2, 0], [1, 2], 'int32'), tensor([1, 10, 100], [1, 1, 3])];
  const [y, logits] = [projected(own, ids), tiedHead(projected)(own, x)];
  await expectClose(
    y,
    [
      [
        [-7, -25, 33],
        [1, 0, 6],
      ],
    ],
    { absolute: 1e-5 },
  );
  await expectClose(logits, [[[321 + 180, 963 + 450, -2247 + 990]]], { relative: 1e-6 });
  const found = gradients(() => sum(tiedHead(projected)(own, projected(own, ids))), own);
  expect(Object.keys(found.gradients)).toEqual(['weight', 'projection', 'headProjection']);
  expect([projected.vocab, projected.dim, countParameters(projected)]).toEqual([3, 3, 18]);
  await expectNoLeak(() => projected(own, ids).dispose());
  dispose([own, ids, x, y, logits, found]);
});

test('projections that do not fit the table throw', () => {
  const embedding = tokenEmbedding({ vocab: 3, dim: 2 });
  const projection = linear({ in: 2, out: 5 });
  expect(() => projectedEmbedding({ embedding, projection: linear({ in: 3, out: 5 }) })).toThrow(
    'projectedEmbedding: embedding is 2 wide, projection 3; they must be equal',
  );
  expect(() => projectedEmbedding({ embedding, projection, headProjection: linear({ in: 4, out: 2 }) })).toThrow(
    'projectedEmbedding: projection is 5 wide, headProjection 4; they must be equal',
  );
  expect(() => projectedEmbedding({ embedding, projection, headProjection: linear({ in: 5, out: 3 }) })).toThrow(
    'projectedEmbedding: embedding is 2 wide, headProjection 3; they must be equal',
  );
});

test('only a token embedding has a table to share', () => {
  expect(() => tiedHead(linear({ in: 3, out: 2 }) as never)).toThrow(
    'tiedHead: needs a tokenEmbedding to share its table with',
  );
  dispose(init(tokenEmbedding({ vocab: 3, dim: 2 }), { seed: 1 }));
});

test('two embeddings are one, and a head has no logits for the tokens that are only read', async () => {
  const written = tokenEmbedding({ vocab: 3, dim: 2 });
  const projection = linear({ in: 1, out: 2, bias: false });
  const read = projectedEmbedding({ embedding: tokenEmbedding({ vocab: 2, dim: 1 }), projection });
  const joined = joinedEmbedding({ written, read });
  expect([joined.vocab, joined.dim, joined.readOnlyTokens]).toEqual([5, 2, 2]);
  const words = { weight: tensor([13, 17], [2, 1]), projection: { weight: tensor([2, -1], [2, 1]) } };
  const w = { ...weights(), read: words };
  const [ids, dy] = [tensor([4, 2, 0, 3, 2], [1, 5], 'int32'), tensor([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 5, 2])];
  const [y, x] = [joined(w, ids), tensor([1, 1], [1, 1, 2])];
  const rows = [
    [34, -17],
    [-7, 11],
    [1, 2],
    [26, -13],
    [-7, 11],
  ];
  await expectClose(y, [rows], { absolute: 0 });
  const logits = tiedHead(joined)(w, x);
  await expectClose(logits, [[[3, 8, 4]]], { absolute: 1e-6 });
  const { gradients: found, value } = gradients(() => sum(mul(joined(w, ids), dy)), w);
  const { weight, read: readGradients } = found as unknown as typeof w;
  // the rows of `written` get what came back at their tokens, the projection and the words the rest
  const back = [
    [5, 6],
    [0, 0],
    [3 + 9, 4 + 10],
  ];
  await expectClose(weight, back, { absolute: 0 });
  await expectClose(readGradients.weight, [[2 * 7 - 8], [2 * 1 - 2]], { absolute: 0 });
  await expectClose(readGradients.projection.weight, [[17 * 1 + 13 * 7], [17 * 2 + 13 * 8]], { absolute: 0 });
  await expectNoLeak(() => joined(w, ids).dispose());
  expect(() => joinedEmbedding({ written: tokenEmbedding({ vocab: 3, dim: 4 }), read })).toThrow(
    'joinedEmbedding: written is 4 wide, read 2; they must be equal',
  );
  dispose([w, ids, dy, y, x, logits, found, value]);
});

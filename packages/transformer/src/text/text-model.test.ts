import { keyRange, padding, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding, unpaddedPositions } from '@residual/embeddings';
import { emptyScope, init, layerNorm, linear, record, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, memoryUsage, tensor, tidy } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { firstToken, maskedLanguageModel, postNormBlock, stack, textDecoder, textEncoder, withHead } from '../index.js';

const [vocab, narrow, dim, heads] = [7, 3, 4, 2];
const embedding = tokenEmbedding({ vocab, dim: narrow });
const block = postNormBlock({
  norm: layerNorm({ dim }),
  attention: selfAttention({ modelDim: dim, heads }),
  mlp: mlp({ modelDim: dim, hiddenDim: 5 }),
});
const encoder = stack({ block, depth: 1 });
const parts = {
  embedding,
  typeEmbedding: tokenEmbedding({ vocab: 2, dim: narrow }),
  positionEncoding: learnedPositions({ maxPositions: 11, dim: narrow, offset: 2 }),
  positionIds: unpaddedPositions(1),
  afterEmbedding: sequential({ norm: layerNorm({ dim: narrow }), project: linear({ in: narrow, out: dim }) }),
  encoder,
};
const ids = () => tensor([3, 5, 2, 1, 1, 4, 6, 0, 2, 5], [2, 5], 'int32');

test('padding and what follows it change nothing, types do, and memory returns', async () => {
  const model = maskedLanguageModel({ ...parts, transform: linear({ in: dim, out: narrow }), logitsBias: true });
  const before = memoryUsage();
  const weights = init(model, { seed: 3 });
  const run = (values: number[], types: number[], lengths: number[]) =>
    tidy(() => {
      const shape = [lengths.length, values.length / lengths.length];
      const [ids, tokenTypes] = [values, types].map(each => tensor(each, shape, 'int32'));
      return model(weights, { ids: ids!, tokenTypes }, emptyScope.with(keyRange, padding({ lengths })));
    });
  const alone = run([3, 5, 2], [0, 1, 1], [3]);
  const padded = run([3, 5, 2, 1, 1, 4, 6, 0, 2, 5], [0, 1, 1, 0, 0, 1, 0, 1, 0, 1], [3, 5]);
  const others = run([3, 5, 2], [0, 0, 1], [3]);
  expect([alone.shape, padded.shape]).toEqual([
    [1, 3, vocab],
    [2, 5, vocab],
  ]);
  const wanted = [...(await alone.data())];
  await expectClose([...(await padded.data())].slice(0, 3 * vocab), wanted, { absolute: 1e-5 });
  expect([...(await others.data())].some((value, i) => Math.abs(value - wanted[i]!) > 1e-4)).toBe(true);
  dispose([alone, padded, others, weights]);
  expect(memoryUsage()).toEqual(before);
});

test('heads read the hidden states that the body gives, and taps see both once', async () => {
  const body = textEncoder(parts);
  const model = withHead(body, sequential({ pool: firstToken(), classifier: linear({ in: dim, out: 3 }) }));
  const weights = init(model, { seed: 5 });
  const recorder = record(['embedded', 'encoder.layers.0.output', 'output', 'head.classifier.input']);
  const inputs = { ids: ids() };
  const [scores, hidden] = [model(weights, inputs, recorder.scope), model.hiddenStates(weights, inputs)];
  const states = [...(await hidden.data())];
  const first = [...states.slice(0, dim), ...states.slice(5 * dim, 6 * dim)];
  await expectClose(recorder.values.get('head.classifier.input')!, first, { absolute: 1e-6 });
  expect(scores.shape).toEqual([2, 3]);
  expect([...recorder.values.keys()].sort()).toEqual([
    'embedded',
    'encoder.layers.0.output',
    'head.classifier.input',
    'output',
  ]);
  expect(recorder.values.get('embedded')!.shape).toEqual([2, 5, dim]);
  recorder.dispose();
  dispose([scores, hidden, weights, inputs.ids]);
});

test('parts that do not fit throw when they are composed', () => {
  expect(() => textEncoder({ ...parts, afterEmbedding: layerNorm({ dim: narrow }) })).toThrow(
    'textEncoder: input is 3 wide, encoder 4; they must be equal',
  );
  expect(() =>
    textDecoder({ embedding, typeEmbedding: tokenEmbedding({ vocab: 2, dim: 5 }), decoder: encoder }),
  ).toThrow('textDecoder: embedding is 3 wide, typeEmbedding 5; they must be equal');
  expect(() => maskedLanguageModel(parts)).toThrow(
    'maskedLanguageModel: embedding is 3 wide, transform 4; they must be equal',
  );
  expect(() => withHead(textEncoder(parts), linear({ in: 3, out: 2 }))).toThrow(
    'withHead: the hidden states is 4 wide, head 3; they must be equal',
  );
});

test('types without an embedding, or of another shape, throw', () => {
  const { typeEmbedding: _, ...untyped } = parts;
  const [model, typed] = [textEncoder(untyped), textEncoder(parts)];
  const [weights, typedWeights] = [init(model, { seed: 1 }), init(typed, { seed: 1 })];
  const tokenTypes = tensor([0, 1], [1, 2], 'int32');
  const inputs = { ids: ids(), tokenTypes };
  expect(() => model(weights, inputs)).toThrow('textEncoder: it has no typeEmbedding for the tokenTypes');
  expect(() => typed(typedWeights, inputs)).toThrow('textEncoder: tokenTypes [1, 2] and ids [2, 5] must be equal');
  dispose([weights, typedWeights, inputs.ids, tokenTypes]);
});

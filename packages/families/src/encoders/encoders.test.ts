import { weightNeeds } from '@residual/layers';
import { expect, test } from 'vitest';
import { gpt2 } from '../decoders/gpt2.js';
import {
  type Config,
  composeCheckpoint,
  electra,
  esm,
  families,
  familyOf,
  fromCheckpoint,
  type StoredArrays,
  tensorSlices,
  withComputedTensors,
} from '../index.js';
import { bert } from './bert.js';
import { roberta } from './roberta.js';

const small: Config = {
  hidden_size: 8,
  intermediate_size: 6,
  num_attention_heads: 2,
  num_hidden_layers: 1,
  vocab_size: 11,
  max_position_embeddings: 7,
};
const withClass = (name: string, more: Config = {}) => ({ ...small, ...more, architectures: [name] });
const message = (use: () => unknown) => {
  try {
    use();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};
/** Files of zeros with these names and shapes, and some values. */
const fileOf = (
  shapes: ReadonlyMap<string, readonly number[]>,
  values: Readonly<Record<string, readonly number[]>> = {},
): StoredArrays => ({
  names: [...shapes.keys()],
  shapeOf: name => shapes.get(name),
  readFloat32: async name =>
    Float32Array.from(values[name] ?? Array(shapes.get(name)!.reduce((a, b) => a * b, 1)).fill(0)),
});
const shapesOf = (config: Config, rename = (name: string) => name) => {
  const { model } = bert.compose(config);
  const slices = tensorSlices(bert, model);
  return new Map([...slices.values()].map(({ checkpointName, shape }) => [rename(checkpointName), shape]));
};

test('the class in architectures chooses the head, and its labels come from id2label or num_labels', () => {
  const kinds = ['MaskedLM', 'PreTraining', 'SequenceClassification', 'TokenClassification', 'QuestionAnswering'];
  const composed = [...kinds.map(kind => `BertFor${kind}`), 'BertModel'].map(name => bert.compose(withClass(name)));
  expect(composed.map(({ kind, architecture, labels }) => [kind, architecture, labels.length])).toEqual([
    ['masked-lm', 'BertForMaskedLM', 0],
    ['masked-lm', 'BertForMaskedLM', 0],
    ['sequence-classification', 'BertForSequenceClassification', 2],
    ['token-classification', 'BertForTokenClassification', 2],
    ['question-answering', 'BertForQuestionAnswering', 2],
    ['features', 'BertModel', 0],
  ]);
  expect(bert.compose(small).kind).toBe('masked-lm');
  const fields = { id2label: { 0: 'no', 1: 'yes', 2: 'perhaps' }, problem_type: 'multi_label_classification' };
  const { labels, problemType } = bert.compose(withClass('BertForSequenceClassification', fields));
  expect([labels, problemType]).toEqual([['no', 'yes', 'perhaps'], 'multi_label_classification']);
  expect(electra.compose(withClass('ElectraForPreTraining')).kind).toBe('features');
});

test('classes, labels and fields that are not understood are refused', () => {
  expect(message(() => bert.compose(withClass('BertForNextSentencePrediction')))).toMatch(
    /^bert: config field architectures is \["BertForNextSentencePrediction"\]; it must be one of BertForMaskedLM, /,
  );
  const classify = (more: Config) => () => bert.compose(withClass('BertForSequenceClassification', more));
  expect(message(classify({ id2label: { 0: 'a', 2: 'b' } }))).toBe(
    'bert: config field id2label is {"0":"a","2":"b"}; it must be a name for each of the ids 0, 1, and so on',
  );
  expect(message(classify({ num_labels: 0 }))).toMatch(/num_labels is 0; it must be a whole number from 1/);
  expect(message(classify({ problem_type: 'ranking' }))).toMatch(/problem_type is "ranking"; it must be regression, /);
  expect(message(classify({ is_decoder: true }))).toMatch(/is_decoder is true; it must be false or absent/);
  expect(message(classify({ oddity: 1 }))).toMatch(/config fields are not understood .*: oddity: 1/);
  expect(message(() => roberta.compose({ ...small, max_position_embeddings: 2 }))).toBe(
    'roberta: config field max_position_embeddings is 2; it must be more than the 2 rows before the first',
  );
});

test('every encoder has a mapping for every weight of every task', () => {
  const encoders = families.filter(({ architectures }) => architectures.some(name => name.endsWith('ForMaskedLM')));
  expect(encoders.length).toBe(15);
  for (const family of encoders)
    for (const name of family.architectures) {
      const sizes = family.name === 'distilbert' ? { dim: 8, hidden_dim: 6, n_heads: 2, n_layers: 1 } : small;
      const fields = { ...sizes, vocab_size: 11, max_position_embeddings: 7, architectures: [name] };
      const { model } = family.compose(fields);
      expect([name, tensorSlices(family, model).size]).toEqual([name, weightNeeds(model as never).length]);
    }
});

test('older names of norms, numbers of positions and heads of the pretraining are read', async () => {
  const config = withClass('BertForMaskedLM');
  const older = (name: string) =>
    name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta');
  const shapes = shapesOf(config, older);
  expect(shapes.has('bert.embeddings.LayerNorm.gamma')).toBe(true);
  shapes.set('bert.embeddings.position_ids', [1, 7]);
  shapes.set('cls.seq_relationship.weight', [2, 8]);
  shapes.set('bert.pooler.dense.bias', [8]);
  const numbers = [0, 1, 2, 3, 4, 5, 6];
  const file = fileOf(shapes, { 'bert.embeddings.position_ids': numbers });
  const { composition } = await composeCheckpoint(bert, config, file);
  const arrays = fromCheckpoint(bert, composition.model, file);
  const paths = weightNeeds(composition.model as never).map(({ path }) => path);
  expect([...arrays.names].sort()).toEqual([...paths].sort());
  const wrong = fileOf(shapes, { 'bert.embeddings.position_ids': [0, 1, 2, 3, 5, 5, 6] });
  await expect(composeCheckpoint(bert, config, wrong)).rejects.toThrow(
    'load: bert.embeddings.position_ids of this bert holds 5 at 4, where 4 is computed; such a model cannot be ',
  );
});

test("ESM's stored frequencies of rotary positions are used, and saved again in every layer", async () => {
  const config = {
    ...{ ...small, vocab_size: 11, max_position_embeddings: 7, architectures: ['EsmForMaskedLM'] },
    position_embedding_type: 'rotary',
  };
  const base = esm.compose(config).model;
  const shapes = new Map([...tensorSlices(esm, base).values()].map(({ names, shape }) => [names[0]!, [...shape]]));
  const [first, shared] = ['encoder.layer.0.attention.self.', ''].map(part => `esm.${part}rotary_embeddings.inv_freq`);
  const pairs = 2;
  const formula = Array.from({ length: pairs }, (_, i) => Math.fround(10000 ** (-i / pairs)));
  const composed = async (frequencies: Readonly<Record<string, readonly number[]>>) => {
    const names = Object.entries(frequencies).map(([name, { length }]): [string, number[]] => [name, [length]]);
    const file = fileOf(new Map([...shapes, ...names]), frequencies);
    const { composition, changes } = await composeCheckpoint(esm, config, file);
    expect(changes).toEqual({});
    const saved = withComputedTensors(esm, composition.model, new Map<string, number[]>(), (_, __, values) => [
      ...values(),
    ]);
    return Object.fromEntries(saved);
  };
  expect(await composed({ [first!]: formula })).toEqual({});
  const other = formula.map(frequency => frequency / 2);
  for (const name of [first!, shared!]) expect(await composed({ [name]: other })).toEqual({ [first!]: other });
  expect(await composed({ [first!]: other, [shared!]: other })).toEqual({ [first!]: other });
  await expect(composed({ [first!]: other, [shared!]: formula })).rejects.toThrow(
    `load: ${shared} of this esm holds 1 at 0, where ${first} holds 0.5`,
  );
  await expect(composed({ [first!]: other, [shared!]: [0.5] })).rejects.toThrow(
    `load: ${shared} of this esm holds 1 numbers, where ${first} holds ${pairs}`,
  );
  await expect(composed({ [first!]: [...other, 3] })).rejects.toThrow('rotary: frequencies has');
});

test('a file without the head of masked tokens is a model of features, and one with a part of it is not', async () => {
  const config = withClass('BertForMaskedLM');
  const shapes = shapesOf(withClass('BertModel'));
  expect((await composeCheckpoint(bert, config, fileOf(shapes))).composition.architecture).toBe('BertModel');
  shapes.set('cls.predictions.bias', [11]);
  expect((await composeCheckpoint(bert, config, fileOf(shapes))).composition.kind).toBe('masked-lm');
});

test('a decoder whose class classifies texts gets that head', () => {
  const fields = { n_embd: 8, n_head: 2, n_layer: 1, n_positions: 7, vocab_size: 11, pad_token_id: 0 };
  const config = { model_type: 'gpt2', ...fields, architectures: ['GPT2ForSequenceClassification'], num_labels: 3 };
  const family = familyOf(config, [gpt2]);
  const { kind, model } = family.compose(config);
  expect([family.architectures, kind]).toEqual([['GPT2ForSequenceClassification'], 'sequence-classification']);
  const names = [...tensorSlices(family, model).values()].map(({ checkpointName }) => checkpointName);
  expect(names).toContain('score.weight');
  expect(names).not.toContain('lm_head.weight');
  expect(familyOf({ ...config, architectures: ['GPT2LMHeadModel'] }, [gpt2])).toBe(gpt2);
});

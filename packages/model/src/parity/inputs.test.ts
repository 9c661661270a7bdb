import '@residual/testkit/wasm';
import { writeSafetensors } from '@residual/safetensors';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  type Fields,
  fileOf,
  forwardAll,
  greedyDecode,
  idsOf,
  inputsFile,
  jsonFile,
  lossOf,
  noRepeats,
  referenceOf,
  weightsOf,
} from '../../test/reference.js';
import { settings } from '../../test/settings.js';
import { parity } from './index.js';

type Ids = readonly (readonly number[])[];

const [llama, gpt2] = ['llama: newer', 'gpt2: relu'].map(
  start => Object.entries(settings).find(([name]) => name.startsWith(start))![1],
) as [Fields, Fields];
const vocab = 37;

const checkpoint = (config: Fields, golden: Uint8Array, extra: Record<string, unknown> = {}) =>
  new Map([
    ['config.json', jsonFile(config)],
    ['model.safetensors', fileOf(weightsOf(config, 5))],
    ['golden.safetensors', golden],
    ...Object.entries(extra).map(([name, value]) => [name, jsonFile(value)] as const),
  ]);
const outputsOf = async (config: Fields, ids: Ids, mask?: Ids, extra = {}) =>
  (await parity(checkpoint(config, inputsFile(ids, mask), extra))).outputs;
/** Ids without the padding token 0. */
const tokens = (seed: number, count: number) => idsOf(seed, count, vocab - 1).map(id => id + 1);
const zeros = (count: number) => Array<number>(count).fill(0);

test.each([
  ['one row', 1, 10],
  ['three rows of other lengths than ten', 3, 7],
  ['two tokens', 2, 2],
] as const)('without a mask every token counts: %s', async (_, rows, length) => {
  const pass = referenceOf(llama, weightsOf(llama, 5));
  const ids = Array.from({ length: rows }, (_, i) => tokens(i, length));
  const outputs = await outputsOf(llama, ids);
  const { logits } = forwardAll(pass, ids[0]!);
  expect(outputs.get('logits')!.shape).toEqual([1, length, vocab]);
  await expectClose(outputs.get('logits')!.data, logits.flat(), { absolute: 1e-4 });
  const all = ids.flatMap(row => forwardAll(pass, row).logits.flat());
  expect(outputs.get('logits_padded_batch')!.shape).toEqual([rows, length, vocab]);
  await expectClose(outputs.get('logits_padded_batch')!.data, all, { absolute: 1e-4 });
  expect(outputs.get('greedy')).toEqual({
    shape: [1, length + 24],
    data: greedyDecode(pass, ids.slice(0, 1), 24).rows[0]!,
  });
  const batch = greedyDecode(pass, ids, 12).rows.flat();
  expect(outputs.get('greedy_padded_batch')).toEqual({ shape: [rows, length + 12], data: batch });
  await expectClose(outputs.get('loss')!.data, [lossOf(pass, ids[0]!)], { absolute: 1e-5 });
});

test('a single token has continuations, but no loss and no gradients', async () => {
  const outputs = await outputsOf(llama, [[5]]);
  expect(outputs.get('greedy')!.shape).toEqual([1, 25]);
  expect([...outputs.keys()].filter(name => /^(loss|grad)/.test(name))).toEqual([]);
});

test.each([
  ['with a mask', [zeros(4).concat(Array(5).fill(1)), Array<number>(9).fill(1)], {}],
  ['without one, where the padding token is known', undefined, { 'generation_config.json': { pad_token_id: 0 } }],
])('padding on the left is left out of continuations: %s', async (_, mask, extra) => {
  const pass = referenceOf(llama, weightsOf(llama, 5));
  const rows = [tokens(1, 9), tokens(2, 5)];
  const outputs = await outputsOf(llama, [rows[0]!, [...zeros(4), ...rows[1]!]], mask?.toReversed(), extra);
  const expected = greedyDecode(pass, rows, 12).rows;
  const data = [...expected[0]!, ...zeros(4), ...expected[1]!];
  expect(outputs.get('greedy_padded_batch')).toEqual({ shape: [2, 21], data });
  // A pass without a mask sees the padding; the reference infers a mask only for continuations.
  const padded = mask
    ? [...zeros(4 * vocab), ...forwardAll(pass, [...zeros(4), ...rows[1]!], 4).logits.flat()]
    : forwardAll(pass, [...zeros(4), ...rows[1]!]).logits.flat();
  const { data: logits } = outputs.get('logits_padded_batch')!;
  await expectClose(Array.from(logits).slice(9 * vocab), padded, { absolute: 1e-4 });
});

test('padding tokens within a row are left out of prompts, but count for the repetition penalty', async () => {
  const pass = referenceOf(llama, weightsOf(llama, 5));
  const row = [7, 0, 9, 11, 0, 7, 9];
  const outputs = await outputsOf({ ...llama, pad_token_id: 0 }, [row]);
  const prompt = row.filter(id => id !== 0);
  const plain = greedyDecode(pass, [prompt], 24).rows[0]!;
  expect(outputs.get('greedy')!.data).toEqual([...row, ...plain.slice(prompt.length)]);
  const free = greedyDecode(pass, [prompt], 16, (logits, tokens) =>
    noRepeats(logits, [...row, ...tokens.slice(prompt.length)]),
  ).rows[0]!;
  expect(outputs.get('greedy_rep_penalty')!.data).toEqual([...row, ...free.slice(prompt.length)]);
  await expectClose(outputs.get('logits')!.data, forwardAll(pass, row).logits.flat(), { absolute: 1e-4 });
});

test('continuations longer than a learned table of positions are left out', async () => {
  const outputs = await outputsOf({ ...gpt2, n_positions: 24 }, [tokens(1, 9)]);
  expect([...outputs.keys()].filter(name => name.startsWith('greedy'))).toEqual(['greedy_padded_batch']);
});

const messageOf = (config: Fields, golden: Uint8Array, extra = {}) =>
  parity(checkpoint(config, golden, extra)).then(
    () => 'no error',
    (error: Error) => error.message,
  );
const floats = (shape: number[]) => ({
  dtype: 'F32' as const,
  shape,
  data: new Float32Array(shape.reduce((product, n) => product * n, 1)),
});
const rows = [tokens(1, 7), tokens(2, 7)];
const maskedInputs = (...hidden: [row: number, index: number][]) =>
  inputsFile(
    rows,
    rows.map((row, i) => row.map((_, j) => Number(!hidden.some(([row, index]) => row === i && index === j)))),
  );

test.each<[string, Fields, Uint8Array, object, string]>([
  [
    'no ids',
    llama,
    writeSafetensors({ logits: floats([1]) }),
    {},
    'golden.safetensors has no input_ids; it holds logits',
  ],
  ['flat ids', llama, writeSafetensors({ input_ids: floats([7]) }), {}, 'input_ids is [7]; it must be [rows, length]'],
  ['no tokens', llama, writeSafetensors({ input_ids: floats([2, 0]) }), {}, 'input_ids is [2, 0]; it must hold tokens'],
  ['a foreign id', llama, inputsFile([[1, 2, 37]]), {}, 'input_ids has 37 at [0, 2], outside the vocabulary of 37'],
  [
    'more tokens than learned positions',
    { ...gpt2, n_positions: 6 },
    inputsFile(rows),
    {},
    'input_ids of 7 tokens are more than the 6 positions this model has',
  ],
  [
    'another mask',
    llama,
    inputsFile(rows, [[1, 1]]),
    {},
    'attention_mask is [1, 2], input_ids [2, 7]; they must be equal',
  ],
  [
    'padding on the right',
    llama,
    maskedInputs([1, 6]),
    {},
    'attention_mask hides [1, 6] but not [1, 0]; only padding on the left is compared',
  ],
  ['nothing but padding', llama, inputsFile([[1, 2]], [[0, 0]]), {}, 'attention_mask hides all of row 0'],
  [
    'padding at the end without a mask',
    llama,
    inputsFile([[0, 3, 0]]),
    { 'config.json': { ...llama, pad_token_id: 0 } },
    'input_ids ends row 0 with the padding token 0 and there is no attention_mask',
  ],
  [
    'settings that are no object',
    llama,
    inputsFile(rows),
    { 'golden.json': [1] },
    'golden files of the source: golden.json is not an object: [1]',
  ],
  [
    'another kind',
    llama,
    inputsFile(rows),
    { 'golden.json': { kind: 'segmentation' } },
    'golden.json is of kind "segmentation"; this version compares causal-lm, seq2seq-lm, speech-seq2seq, ' +
      'masked-lm, sequence-classification, token-classification, question-answering, features, image-classification, ' +
      'image-features, image-text, image-tokens, clip, siglip, siglip2, ctc, audio-classification, vocoder, ' +
      'source-filter, text-to-waveform, text-to-spectrogram, packed',
  ],
  [
    'a file cut short',
    llama,
    inputsFile(rows).slice(0, 60),
    {},
    'golden files of the source: openSafetensors: the file has 60 bytes; 80 would fit',
  ],
])('inputs that cannot be compared are refused: %s', async (_, config, golden, extra, message) => {
  expect(await messageOf(config, golden, extra)).toBe(`parity: ${message}`);
});

test('missing golden files are refused, and so is a golden.json that is not JSON', async () => {
  const files = checkpoint(llama, inputsFile(rows));
  files.set('golden.json', new TextEncoder().encode('{"kind'));
  const message = await parity(files).catch((error: Error) => error.message);
  expect(message).toMatch(/^parity: golden files of the source: .*JSON/);
  files.delete('golden.safetensors');
  const missing = await parity(files).catch((error: Error) => error.message);
  expect(missing).toBe('parity: the source has no golden.safetensors to compare with');
});

import '@residual/testkit/cpu';
import { openGguf, writeGguf } from '@residual/gguf';
import { bytesSource, openSafetensors, type Safetensors } from '@residual/safetensors';
import { isPacked, type Matrix, matrixValues, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak, fixture } from '@residual/testkit';
import { describe, expect, test } from 'vitest';
import {
  causalOf,
  convertToGguf,
  type LoadModelOptions,
  type LoadProgress,
  loadModel,
  type Model,
  openChatTemplate,
} from '../../index.js';

/** A fixture by its type: its bytes, and what the reference computes with them. */
const read = async (folder: string, type: string) => {
  const bytes = await fixture(`gguf/${folder}/model-${type}.gguf`);
  const golden = await openSafetensors(bytesSource(await fixture(`gguf/${folder}/golden.safetensors`)));
  return { name: `model-${type}.gguf`, bytes, golden, source: new Map([[`model-${type}.gguf`, bytes]]) };
};

const idsOf = async (golden: Safetensors, name = 'input_ids') =>
  Array.from((await golden.read(name)).data as Int32Array);

async function expectLogits(model: Model, golden: Safetensors, type: string, relative = 1e-4): Promise<void> {
  const ids = await idsOf(golden);
  const input = tensor(Int32Array.from(ids), [1, ids.length], 'int32');
  const logits = causalOf('test', model).layer(model.weights as never, input);
  const expected = (await golden.readFloat32(`logits.${type}`)).data;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  await expectClose(await logits.data(), expected, { absolute: relative * largest });
  for (const each of [input, logits]) each.dispose();
}

const matricesOf = (model: Model) => model.weights as unknown as { embedding: { weight: Matrix } };

describe.each([
  ['q8_0', 'int8'],
  ['q4_0', 'int4'],
] as const)('a file in %s', (type, form) => {
  test(`is held in ${form} and computes what the reference does`, () =>
    expectNoLeak(async () => {
      const { source, golden } = await read('llama', type);
      const model = await loadModel(source);
      const { weight } = matricesOf(model).embedding;
      expect(isPacked(weight) && weight.form).toBe(form);
      await expectLogits(model, golden, type);
      const ids = await idsOf(golden);
      const { newTokens } = await model.generate(ids, { maxNewTokens: 16, temperature: 0, eosTokenId: [] }).result();
      expect([...ids, ...newTokens]).toEqual(await idsOf(golden, `greedy.${type}`));
      model.dispose();
    }));

  test('has the numbers of the file to the last bit, the rows of queries in the order of the checkpoint', async () => {
    const { source, golden } = await read('llama', type);
    const expected = await golden.readFloat32(`dequantized.${type}.model.layers.0.self_attn.q_proj.weight`);
    for (const weights of [undefined, 'f32'] as const) {
      const model = await loadModel(source, weights && { weights });
      const [block] = (model.weights as unknown as Blocks).decoder.layers;
      expect(await matrixValues(block!.attention.query.weight)).toEqual(expected.data);
      model.dispose();
    }
  });

  test('is written again with the same bytes', async () => {
    const { source, bytes } = await read('llama', type);
    const { file } = await convertToGguf(source, { weights: type });
    const [again, original] = await Promise.all(
      [joined(file), bytes].map(async each => openGguf(bytesSource(await each))),
    );
    expect([...again!.tensors.keys()].sort()).toEqual([...original!.tensors.keys()].sort());
    for (const name of original!.tensors.keys()) expect(await again!.read(name)).toEqual(await original!.read(name));
    for (const [key, value] of original!.metadata)
      if (!key.startsWith('general.')) expect([key, again!.metadata.get(key)]).toEqual([key, value]);
  });
});

interface Blocks {
  readonly decoder: {
    readonly layers: readonly { readonly attention: { readonly query: { readonly weight: Matrix } } }[];
  };
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

describe('K types', () => {
  test('are decoded exactly, and become int8 if nothing else is asked for, which progress says', async () => {
    const { source, golden } = await read('llama-k', 'q4_k');
    const progress: LoadProgress[] = [];
    const load = (options: LoadModelOptions) =>
      loadModel(source, { ...options, onProgress: each => progress.push(each) });
    const exact = await load({ weights: 'f32' });
    await expectLogits(exact, golden, 'q4_k');
    expect(progress.some(each => 'converted' in each)).toBe(false);
    const rounded = await load({});
    expect(progress.at(-1)).toMatchObject({ stage: 'weights', converted: ['Q4_K', 'Q6_K'] });
    const { weight } = matricesOf(rounded).embedding;
    expect(isPacked(weight) && weight.form).toBe('int8');
    await expectLogits(rounded, golden, 'q4_k', 0.03);
    for (const model of [exact, rounded]) model.dispose();
  });

  test('are refused as stored', async () => {
    const { source } = await read('llama-k', 'q4_k');
    await expect(loadModel(source, { weights: 'as stored' })).rejects.toThrow(
      'load: embedding.weight cannot be held as stored: token_embd.weight is Q4_K, which is no form of a matrix; ' +
        'int8 would fit',
    );
  });
});

test('config and tokenizer come from the file; one that no tokenizer.json can have is not saved', async () => {
  const { source } = await read('llama', 'q8_0');
  const model = await loadModel(source);
  expect(model.config).toMatchObject({ model_type: 'llama', rms_norm_eps: 1e-5, vocab_size: 128 });
  expect(model.generationConfig).toEqual({ bos_token_id: 1, eos_token_id: 2, pad_token_id: 2 });
  expect(model.tokenizer!.encode(' t3 t4').ids[0]).toBe(1);
  await expect(model.save()).rejects.toThrow('is made of texts that are not pieces; tokenizer.json has no such merges');
  model.dispose();
});

describe('a checkpoint as a GGUF file', () => {
  const checkpoint = async (name: string) => {
    const names = ['config.json', 'generation_config.json', 'model.safetensors'];
    return new Map(
      await Promise.all(names.map(async each => [each, await fixture(`checkpoints/${name}/${each}`)] as const)),
    );
  };

  test.each(['gpt2', 'llama', 'llama3-rope'])('%s is loaded again with the same numbers', async name => {
    const files = await checkpoint(name);
    const { file, tensorsByType } = await convertToGguf(files, { weights: 'f32' });
    expect(Object.keys(tensorsByType)).toEqual(['F32']);
    const models = [await loadModel(files), await loadModel(new Map([['x.gguf', await joined(file)]]))];
    const outputs = models.map(model => {
      const input = tensor(Int32Array.of(5, 6, 7, 8), [1, 4], 'int32');
      return causalOf('test', model)
        .layer(model.weights as never, input)
        .data();
    });
    const [before, after] = await Promise.all(outputs);
    expect(after).toEqual(before);
    for (const model of models) model.dispose();
  });

  test('rows of other widths become F16, and vectors stay F32', async () => {
    const { tensorsByType } = await convertToGguf(await checkpoint('llama'), { weights: 'q4_0' });
    expect(tensorsByType).toEqual({ Q4_0: 14, F32: 5, F16: 2 }); // the MLP is 48 wide
  });

  test('what llama.cpp does not have is refused', async () => {
    await expect(convertToGguf(await checkpoint('marian'), { weights: 'f16' })).rejects.toThrow(
      'modelToGguf: GGUF files have no architecture for marian',
    );
    await expect(convertToGguf(await checkpoint('t5'), { weights: 'f16' })).rejects.toThrow(
      'modelToGguf: relative_attention_max_distance of this t5 is 16; GGUF files of t5 mean 128',
    );
    await expect(convertToGguf(await checkpoint('gpt2'), { weights: 'q5_k' as 'q8_0' })).rejects.toThrow(
      'convertToGguf: weights is "q5_k"; it can be f32, f16, bf16, q8_0, q4_0',
    );
  });

  test('the chat template and all end tokens are written', async () => {
    const files = new Map(await checkpoint('llama'));
    const alphabet = Array.from({ length: 128 }, (_, id) => [`<${id}>`, id]);
    const model = { type: 'Unigram', unk_id: 0, byte_fallback: false, vocab: alphabet.map(([token]) => [token, -1]) };
    const encode = (json: object) => new TextEncoder().encode(JSON.stringify(json));
    files.set('tokenizer.json', encode({ model, normalizer: null, pre_tokenizer: null }));
    files.set('tokenizer_config.json', encode({ chat_template: '{{ messages }}', eos_token: '<2>' }));
    files.set('generation_config.json', encode({ eos_token_id: [2, 7, 9] }));
    const { file } = await convertToGguf(files, { weights: 'f16' });
    const { metadata } = await openGguf(bytesSource(await joined(file)));
    expect(metadata.get('tokenizer.chat_template')?.value).toBe('{{ messages }}');
    const ids = ['eos', 'eot', 'eom'].map(name => metadata.get(`tokenizer.ggml.${name}_token_id`)?.value);
    expect(ids).toEqual([2, 7, 9]);
    const again = await loadModel(
      new Map([['x.gguf', await joined((await convertToGguf(files, { weights: 'f16' })).file)]]),
    );
    expect(again.generationConfig.eos_token_id).toEqual([2, 7, 9]);
    expect(new TextDecoder().decode((await again.save()).get('chat_template.jinja'))).toBe('{{ messages }}');
    expect(again.chatTemplates).toEqual(['default']);
    const messages = [{ role: 'user', content: 'Hi' }];
    const text = "[{'role': 'user', 'content': 'Hi'}]";
    expect((await again.renderChat(messages)).text).toBe(text);
    const source = new Map([['x.gguf', await joined((await convertToGguf(files, { weights: 'f16' })).file)]]);
    expect((await openChatTemplate(source)).render(messages)).toBe(text);
    again.dispose();
  });

  test('an abort ends the writing', async () => {
    const abort = new AbortController();
    const onProgress = ({ stage }: LoadProgress) => stage === 'weights' && abort.abort(new Error('enough'));
    const { file } = await convertToGguf(await checkpoint('gpt2'), {
      weights: 'f16',
      signal: abort.signal,
      onProgress,
    });
    await expect(joined(file)).rejects.toThrow('enough');
  });
});

describe('tensors of a file', () => {
  /** The fixture with changed tensors. */
  const changed = async (
    change: (tensors: Map<string, { type: 'F32'; shape: number[]; data: Uint8Array }>) => void,
  ) => {
    const { bytes } = await read('llama', 'q8_0');
    const file = await openGguf(bytesSource(bytes));
    const tensors = new Map();
    for (const [name, { type, shape }] of file.tensors) tensors.set(name, { type, shape, data: await file.read(name) });
    change(tensors);
    return new Map([['m.gguf', await writeGguf({ metadata: file.metadata, tensors })]]);
  };
  const zeros = (shape: number[]) => ({
    type: 'F32' as const,
    shape,
    data: new Uint8Array(4 * shape.reduce((product, length) => product * length, 1)),
  });

  test('that are missing, lie about their shape or are unknown are named', async () => {
    const source = await changed(tensors => {
      tensors.delete('blk.1.ffn_up.weight');
      tensors.set('blk.0.attn_q.weight', zeros([32, 64]));
      tensors.set('blk.0.ffn_gate_exps.weight', zeros([2, 2]));
    });
    await expect(loadModel(source)).rejects.toThrow(
      'load: decoder.layers.0.attention.query.weight needs [64, 64], blk.0.attn_q.weight holds [32, 64]; ' +
        'decoder.layers.1.mlp.up.weight needs [96, 64], blk.1.ffn_up.weight is missing; ' +
        'blk.0.ffn_gate_exps.weight is not needed',
    );
  });

  test('that no type of weights has are refused', async () => {
    const source = await changed(tensors => {
      const { shape } = tensors.get('output.weight')!;
      const size = shape.reduce((product, length) => product * length, 1);
      tensors.set('output.weight', { type: 'I8' as 'F32', shape, data: new Uint8Array(size) });
    });
    await expect(loadModel(source)).rejects.toThrow(
      'loadModel: m.gguf has tensors of I8, which are not decoded; floats, Q4_0 to Q8_0 and Q2_K to Q6_K are',
    );
  });
});

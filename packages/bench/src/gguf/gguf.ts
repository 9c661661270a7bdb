import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gpt2Config, llamaConfig } from '@residual/families';
import { convertToGguf, createModel, loadModel, type Model, type ModelSource } from '@residual/model';
import { stories } from '@residual/model-stories';
import type { Tokenizer } from '@residual/tokenizer';
import { type Line, lineOf } from '../comparison/line.js';
import { installPeers } from '../peers/peers.js';
import { repository } from '../repository.js';
import { llamaCppText } from './llama-cpp-text.js';

const folder = fileURLToPath(new URL('.residual/bench/gguf/', repository));
const stories260k = fileURLToPath(new URL('fixtures/models/stories260k', repository));

const prompt = 'Once upon a time, there was a little';
const count = 40;
const forms = ['f32', 'f16', 'q8_0', 'q4_0'] as const;

/** A model that is written. */
interface Subject {
  readonly name: string;
  readonly source: () => Promise<ModelSource>;
}

const subjects: readonly Subject[] = [
  { name: 'stories', source: async () => stories },
  { name: 'stories260k', source: async () => stories260k },
  {
    name: 'random GPT-2',
    source: () =>
      withTokenizerOf(stories, tokenizer => ({
        ...gpt2Config({ vocab: 6000, modelDim: 128, heads: 4, depth: 3, maxPositions: 128 }),
        initializer_range: 0.2,
        eos_token_id: tokenizer.eosTokenId,
      })),
  },
  {
    name: 'random Llama 3',
    source: () =>
      withTokenizerOf(stories260k, () => ({
        ...llamaConfig({ vocab: 520, modelDim: 128, heads: 8, kvHeads: 2, depth: 3, maxPositions: 128 }),
        initializer_range: 0.2,
        bos_token_id: 1,
        eos_token_id: 2,
        rope_scaling: {
          rope_type: 'llama3',
          factor: 8,
          low_freq_factor: 1,
          high_freq_factor: 4,
          original_max_position_embeddings: 32,
        },
      })),
  },
];

/** The files of a model with random weights and the tokenizer of another. */
async function withTokenizerOf(source: ModelSource, configOf: (tokenizer: Tokenizer) => object): Promise<ModelSource> {
  const other = await loadModel(source);
  const { tokenizer } = other;
  other.dispose();
  const model = await createModel(configOf(tokenizer!) as Readonly<Record<string, unknown>>, { seed: 5, tokenizer });
  const files = await model.save();
  model.dispose();
  return files;
}

/**
 * Beside packed weights llama.cpp rounds activations to 8 bits. It may decide otherwise where our two logits differ by
 * less than this share of the largest.
 */
const closeCall = 0.02;

/**
 * Files that this library writes, opened by llama.cpp: how many tokens of a greedy text are those that we compute from
 * the same file. Fails if the ids of the prompt differ, or a token that is no close call.
 */
export async function* ggufInLlamaCpp(): AsyncGenerator<Line[]> {
  await import('@residual/backend-wasm');
  await installPeers();
  await mkdir(folder, { recursive: true });
  for (const subject of subjects) {
    const source = await subject.source();
    for (const form of forms) yield [await compare(subject, source, form)];
  }
}

async function compare({ name }: Subject, source: ModelSource, form: (typeof forms)[number]): Promise<Line> {
  const path = join(folder, `${name.replaceAll(' ', '-')}-${form}.gguf`);
  const { file } = await convertToGguf(source, { weights: form });
  await writeFile(path, file);
  const model = await loadModel(path);
  const ids = model.tokenizer!.encode(prompt).ids;
  const plain = model.tokenizer!.encode(prompt, { addSpecialTokens: false }).ids;
  const { newTokens } = await model.generate(ids, { maxNewTokens: count, temperature: 0, eosTokenId: [] }).result();
  const peer = await llamaCppText(path, prompt, ids, count);
  if (peer.promptIds.join() !== plain.join())
    throw new Error(`bench: ${name} ${form}: llama.cpp reads the prompt as ${peer.promptIds}, we as ${plain}`);
  const first = newTokens.findIndex((token, i) => token !== peer.tokens[i]);
  const isEqual = first < 0;
  if (!isEqual) {
    const [own, other] = [newTokens[first]!, peer.tokens[first]!];
    const share = await shareOf(model, [...ids, ...newTokens.slice(0, first)], own, other);
    if (!(form.startsWith('q') && share < closeCall))
      throw new Error(`bench: ${name} ${form}: after ${first} equal tokens llama.cpp writes ${other}, we ${own}`);
  }
  model.dispose();
  const peers = [isEqual ? count : first];
  const what = `${name} ${form}: equal tokens of a greedy text of ${count}`;
  return lineOf({ what, ours: [count], peer: 'llama.cpp', peers, notes: isEqual ? [] : ['activations'] });
}

/** The difference of the logits of two tokens after some others, as a share of the largest logit. */
async function shareOf(model: Model, tokens: readonly number[], one: number, other: number): Promise<number> {
  const { data, shape } = (await model.forward(tokens)).logits;
  const last = data.subarray(data.length - shape.at(-1)!);
  const largest = last.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.abs(last[one]! - last[other]!) / largest;
}

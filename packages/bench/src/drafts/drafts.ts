import { gpt2 } from '@residual/families';
import { flatten, type HasNeeds, unflatten, weightNeeds } from '@residual/layers';
import { asModel, type GenerateOptions, loadModel, type Model } from '@residual/model';
import { stories } from '@residual/model-stories';
import { dense, keep, tensor } from '@residual/tensor';
import { type Line, rateLineOf } from '../comparison/line.js';

/** A text that repeats, which the stories model continues in the same way, and one that does not. */
const texts = {
  'a text that repeats': 'Tom said hi to Lily. Lily said hi to Tom. '.repeat(4),
  'a story': 'Once upon a time, there was a little girl named Lily.',
};

const settings = { temperature: 0, eosTokenId: [], maxNewTokens: 64 };
const rounds = 9;

/** Tokens a second with drafts and without: copied from the text, and by the first blocks of the model itself. */
export async function* draftsOnWasm(shape?: string): AsyncGenerator<Line[]> {
  await import('@residual/backend-wasm');
  if (shape === undefined || shape === 'stories') {
    using model = await loadModel(stories, { weights: 'f32' });
    using assistantModel = await firstBlocks(model, 2);
    for (const [title, text] of Object.entries(texts)) {
      const prompt = model.tokensOf(text);
      yield [
        await compare(model, `stories, ${title}: prompt lookup`, prompt, { promptLookupNumTokens: 4 }),
        await compare(model, `stories, ${title}: its first 2 blocks draft`, prompt, {
          assistantModel,
          numAssistantTokens: 3,
        }),
      ];
    }
  }
}

/** The model of the first blocks, with the embedding, the last norm and the tokens of the whole one. */
async function firstBlocks(model: Model, depth: number): Promise<Model> {
  const layer = gpt2.compose({ ...model.config, n_layer: depth }).model;
  const all = flatten<unknown>(model.layer as HasNeeds<unknown>, model.weights);
  const values = new Map<string, ReturnType<typeof tensor>>();
  for (const { path } of weightNeeds(layer)) {
    const matrix = dense(all.get(path)!);
    values.set(path, keep(tensor(await matrix.data(), matrix.shape)));
  }
  return asModel(layer, { weights: unflatten(layer, values), tokenizer: model.tokenizer });
}

/** The line of one way to draft. Throws if a text differs from that without drafts. */
async function compare(model: Model, title: string, prompt: readonly number[], drafts: GenerateOptions): Promise<Line> {
  const write = (options: GenerateOptions) => model.generate(prompt, { ...settings, ...options }).result();
  const [plain, drafted] = [await write({}), await write(drafts)];
  if (String(plain.tokens) !== String(drafted.tokens)) throw new Error(`bench: ${title}: another text than without`);
  const times = { ours: [] as number[], peers: [] as number[] };
  for (let round = 0; round < rounds; round++)
    for (const [name, options] of [
      ['ours', drafts],
      ['peers', {}],
    ] as const) {
      const start = performance.now();
      await write(options);
      times[name].push((performance.now() - start) / 1000);
    }
  const { draftedTokens, acceptedTokens } = drafted;
  const what = `${title}, ${acceptedTokens} of ${draftedTokens} accepted, tokens a second`;
  return rateLineOf({ what, ...times, peer: 'without drafts', notes: ['drafts'] }, settings.maxNewTokens);
}

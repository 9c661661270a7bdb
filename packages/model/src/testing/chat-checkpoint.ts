import { llamaConfig } from '@residual/families';
import { byteTokenizerJson } from '@residual/testkit';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { createModel } from '../load/create-model.js';
import { loadModel } from '../load/load-model.js';
import type { Model } from '../model.js';

/** Special tokens of published templates. */
export const chatTokens = [
  ...['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<think>', '</think>', '<tool_call>', '</tool_call>'],
  ...['[INST]', '[/INST]', '[TOOL_CALLS]', '</s>', '<s>', '[AVAILABLE_TOOLS]', '[/AVAILABLE_TOOLS]'],
  ...['<|start|>', '<|message|>', '<|end|>', '<|channel|>', '<|constrain|>', '<|call|>', '<|return|>'],
];

/** The files of a tiny random Llama that chats by this template, with a token for each byte. */
export async function chatFiles(
  template: string | undefined,
  { files = {}, config = {} }: { files?: Readonly<Record<string, unknown>>; config?: object } = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const vocab = 256 + chatTokens.length;
  const sizes = { vocab, modelDim: 8, heads: 2, depth: 2, maxPositions: 4096 };
  using made = await createModel({ ...llamaConfig(sizes), ...config }, { seed: 5 });
  const saved = await made.save();
  const settings = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    ...(template !== undefined && { chat_template: template }),
    ...{ bos_token: '<s>', eos_token: '</s>' },
  };
  const others = { 'tokenizer_config.json': settings, ...files };
  const encode = (text: string) => new TextEncoder().encode(text);
  saved.set('tokenizer.json', encode(byteTokenizerJson(chatTokens)));
  for (const [name, content] of Object.entries(others))
    saved.set(name, encode(typeof content === 'string' ? content : JSON.stringify(content)));
  return saved;
}

/** The model of `chatFiles`. The caller disposes it. */
export async function chatModel(...args: Parameters<typeof chatFiles>): Promise<Model> {
  return loadModel(await chatFiles(...args));
}

/** The option that makes a model write a text, with special tokens, and then the end token. */
export function writes(tokenizer: Tokenizer, text: string, end?: string) {
  const ids = tokenizer.encode(text, { addSpecialTokens: false }).ids;
  const all = end === undefined ? ids : [...ids, tokenizer.tokenToId(end)!];
  return {
    processors: [
      (row: Float32Array, { tokens, promptLength }: { tokens: ArrayLike<number>; promptLength: number }) => {
        const id = all[tokens.length - promptLength];
        return id === undefined ? row : row.map((logit, i) => (i === id ? logit + 1000 : logit));
      },
    ],
  };
}

/** The tokenizer of these models. */
export const chatTokenizer = (): Tokenizer => tokenizerFromJson(byteTokenizerJson(chatTokens));

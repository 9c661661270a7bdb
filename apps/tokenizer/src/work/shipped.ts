import { shippedModel } from '@residual/appkit';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { ranksFile } from '../shipped.js';

/** Loads a tokenizer that every visitor has, by its name; `page` is the address of the page. */
export function loadShipped(name: string, page: string): Promise<Tokenizer> {
  return name === 'gpt2' ? loadGpt2(new URL(ranksFile, page)) : loadModel(name, page);
}

async function loadModel(name: string, page: string): Promise<Tokenizer> {
  const files = shippedModel(name, page);
  const [json, config] = await Promise.all([read(files['tokenizer.json']!), read(files['tokenizer_config.json']!)]);
  return tokenizerFromJson(json, { config });
}

/** The tokenizer of GPT-2 from its tokens in the order of their ranks. */
export async function gpt2Tokenizer(tokens: string): Promise<Tokenizer> {
  const { tiktokenTokenizer } = await import('@residual/tokenizer/tiktoken');
  const lines = tokens.split(' ').map((token, rank) => `${token} ${rank}`);
  return tiktokenTokenizer(lines.join('\n'), { encoding: 'r50k_base' });
}

const loadGpt2 = async (file: URL) => gpt2Tokenizer(await read(file.href));

async function read(address: string): Promise<string> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} has status ${response.status}`);
  return response.text();
}

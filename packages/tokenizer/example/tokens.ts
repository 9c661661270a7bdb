/** Prints the tokens of a text with their ids and offsets: node tokens.js tokenizer.json "some text" */
import { readFile } from 'node:fs/promises';
import { tokenizerFromJson } from '@residual/tokenizer';

const [, , path, text = 'The quick brown fox 🦊'] = process.argv;
if (path === undefined) throw new Error('which tokenizer.json?');
const tokenizer = tokenizerFromJson(await readFile(path, 'utf8'));
const { ids, tokens, offsets } = tokenizer.encode(text);
for (const [index, id] of ids.entries()) {
  const [start, end] = offsets[index]!;
  console.log(`${id}\t${tokens[index]}\t${start}-${end}\t${JSON.stringify(text.slice(start, end))}`);
}

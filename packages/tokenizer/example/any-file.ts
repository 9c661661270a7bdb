/**
 * Counts the tokens of a text with any tokenizer file (tokenizer.json, SentencePiece model or tiktoken ranks).
 *
 *     node any-file.js tokenizer.json "some text"
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { tokenizerFromFile } from '@residual/tokenizer/files';

const [file, text = 'Once upon a time'] = process.argv.slice(2);
if (!file) throw new Error('which file?');
const tokenizer = tokenizerFromFile(await readFile(file), { name: basename(file) });
const { ids, tokens } = tokenizer.encode(text);
console.log(`${ids.length} of ${tokenizer.vocabSize} tokens: ${tokens.join(' ')}`);

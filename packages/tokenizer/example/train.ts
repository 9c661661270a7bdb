/**
 * Trains byte-level BPE on the lines below. With the name of a file, a size and the name of a new tokenizer.json as
 * arguments it trains on the lines of the file.
 *
 *     node train.js
 */
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { saveTokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { trainTokenizer } from '@residual/tokenizer/train';

const lines = ['The miller ground the grain.', 'The baker baked the bread.', 'The miller baked, the baker ground.'];
const [corpus, size = '280', out] = process.argv.slice(2);

const texts = corpus
  ? createInterface({ input: createReadStream(corpus), crlfDelay: Number.POSITIVE_INFINITY })
  : lines;
const trained = await trainTokenizer(texts, { kind: 'byte-level-bpe', vocabSize: Number(size) });
const file = saveTokenizer(trained);
const { tokens } = tokenizerFromJson(file).encode('The baker ground the grain.');
console.log(`${trained.vocabSize} tokens; ${tokens.join(' ')}`);
if (out) await writeFile(out, file);

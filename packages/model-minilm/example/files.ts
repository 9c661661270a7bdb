// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { minilm } from '@residual/model-minilm';

const config = JSON.parse(await readFile(minilm['config.json'], 'utf8'));
console.log(minilm['model.safetensors'].href, config.architectures[0]);

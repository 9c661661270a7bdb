// Where the files of the checkpoint lie and which words it knows: node files.js
import { readFile } from 'node:fs/promises';
import { keywords } from '@residual/model-keywords';

const config = JSON.parse(await readFile(keywords['config.json'], 'utf8'));
console.log(keywords['model.safetensors'].href, Object.values(config.id2label).join(' '));

// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { stories } from '@residual/model-stories';

const config = JSON.parse(await readFile(stories['config.json'], 'utf8'));
console.log(stories['model.safetensors'].href, config.architectures[0]);

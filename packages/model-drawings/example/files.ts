// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { drawings } from '@residual/model-drawings';

const config = JSON.parse(await readFile(drawings['config.json'], 'utf8'));
console.log(drawings['model.safetensors'].href, config.architectures[0]);

// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { englishFrench } from '@residual/model-en-fr';

const config = JSON.parse(await readFile(englishFrench['config.json'], 'utf8'));
console.log(englishFrench['model.safetensors'].href, config.architectures[0]);

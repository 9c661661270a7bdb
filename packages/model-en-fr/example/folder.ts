// Where the checkpoint lies and which architecture it has: node folder.js
import { readFile } from 'node:fs/promises';
import { englishFrench } from '@residual/model-en-fr';

const config = JSON.parse(await readFile(new URL('config.json', englishFrench), 'utf8'));
console.log(englishFrench.href, config.architectures[0]);

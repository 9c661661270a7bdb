// Where the checkpoint lies and which architecture it has: node folder.js
import { readFile } from 'node:fs/promises';
import { stories } from '@residual/model-stories';

const config = JSON.parse(await readFile(new URL('config.json', stories), 'utf8'));
console.log(stories.href, config.architectures[0]);

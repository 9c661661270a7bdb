// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { emojiImages } from '@residual/model-emoji-images';

const config = JSON.parse(await readFile(emojiImages['config.json'], 'utf8'));
console.log(emojiImages['model.safetensors'].href, config.architectures[0]);

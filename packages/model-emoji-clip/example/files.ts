// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { emojiClip } from '@residual/model-emoji-clip';

const config = JSON.parse(await readFile(emojiClip['config.json'], 'utf8'));
console.log(emojiClip['model.safetensors'].href, config.architectures[0]);

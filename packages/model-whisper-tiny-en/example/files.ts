// Where the files of the checkpoint lie and which architecture it has: node files.js
import { readFile } from 'node:fs/promises';
import { whisperTinyEn } from '@residual/model-whisper-tiny-en';

const config = JSON.parse(await readFile(whisperTinyEn['config.json'], 'utf8'));
console.log(whisperTinyEn['model.safetensors.index.json'].href, config.architectures[0]);

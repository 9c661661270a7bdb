// Where the files of the voice lie, and what its folder names: node files.js
import { readFile } from 'node:fs/promises';
import { voiceEn } from '@residual/model-voice-en';

const voice = JSON.parse(await readFile(voiceEn['voice.json'], 'utf8'));
console.log(voiceEn['model.safetensors'].href, voice.language);

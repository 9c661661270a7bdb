// How many words there are, and the most frequent ones: node words.js
import { readFile } from 'node:fs/promises';
import { englishWords } from '@residual/word-vectors-en';

const words: string[] = JSON.parse(await readFile(englishWords['vocab.json'], 'utf8'));
console.log(words.length, words.slice(0, 10).join(' '));

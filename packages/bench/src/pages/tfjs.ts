import '@tensorflow/tfjs-backend-webgl';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { stock } from '../subjects/stock.js';
import { answer } from './answer.js';

await setBackend('webgl');
await ready();
answer(stock());

import '@tensorflow/tfjs-backend-webgl';
import { ready, setBackend } from '@tensorflow/tfjs-core';
import { stock } from '../subjects/stock.js';
import { exposeSubject } from './expose-subject.js';

await setBackend('webgl');
await ready();
exposeSubject(stock());

import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';
import { residual } from '../subjects/residual.js';
import { answer } from './answer.js';

await useBackend('webgl');
answer(residual());

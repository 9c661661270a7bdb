import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';
import { residual } from '../subjects/residual.js';
import { exposeSubject } from './expose-subject.js';

await useBackend('webgl');
exposeSubject(residual());

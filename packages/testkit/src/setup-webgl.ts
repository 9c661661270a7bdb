import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';

await useBackend('webgl');

import '@residual/backend-webgl';
import { useBackend } from '@residual/tensor';

await useBackend('webgl');

export { loseContext } from '@residual/backend-webgl';

import '@residual/backend-cpu';
import { useBackend } from '@residual/tensor';

await useBackend('cpu');

import './webgpu-globals.js';
import '@residual/backend-webgpu';
import { useBackend } from '@residual/tensor';

await useBackend('webgpu');

import '@tensorflow/tfjs-backend-webgpu';
import { register } from './register.js';

export { compiledPrograms } from './compiled.js';

register();

import '@tensorflow/tfjs-backend-webgl';
import { register } from './register.js';

export { compiledPrograms } from './compiled.js';
export { isContextLost, loseContext, onContextLost, recoverWebGL } from './recovery.js';

register();

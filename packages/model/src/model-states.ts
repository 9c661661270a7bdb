import type { LoadedModel } from './loaded-model.js';

/** The states of models, for functions that take another model as an option. */
export const modelStates = /* @__PURE__ */ new WeakMap<object, LoadedModel>();

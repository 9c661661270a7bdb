import '@residual/backend-wasm';

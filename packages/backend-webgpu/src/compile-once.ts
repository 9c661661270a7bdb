/**
 * Makes a device compile each shader only once, and returns a function that clears its cache. The program keys of tfjs
 * depend on more than the code (for example on which inputs have the shape of the result), and devices do not share
 * pipelines whose layout is derived from the shader.
 */
export function compileOnce(device: GPUDevice): () => void {
  const modules = memoize(device.createShaderModule.bind(device), ({ code }) => code);
  const pipelines = memoize(device.createComputePipeline.bind(device), ({ compute }) => compute.module);
  device.createShaderModule = modules.make;
  device.createComputePipeline = pipelines.make;
  return modules.forget;
}

/** Calls `make` once per key of the descriptor. */
function memoize<Descriptor, Key, Made>(
  make: (descriptor: Descriptor) => Made,
  keyOf: (descriptor: Descriptor) => Key,
) {
  const cache = new Map<Key, Made>();
  return {
    make: (descriptor: Descriptor): Made => {
      const key = keyOf(descriptor);
      const result = cache.get(key) ?? make(descriptor);
      cache.set(key, result);
      return result;
    },
    forget: () => cache.clear(),
  };
}

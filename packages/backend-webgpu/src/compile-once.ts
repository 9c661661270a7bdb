/**
 * Makes a device compile each shader once, and gives what makes it forget those that it has compiled. tfjs tells programs apart by more than their code,
 * among it which inputs happen to have the result's shape, and devices do not share pipelines whose layout comes from the shader.
 */
export function compileOnce(device: GPUDevice): () => void {
  const modules = memoize(device.createShaderModule.bind(device), ({ code }) => code);
  const pipelines = memoize(device.createComputePipeline.bind(device), ({ compute }) => compute.module);
  device.createShaderModule = modules.make;
  device.createComputePipeline = pipelines.make;
  return modules.forget;
}

/** Makes each thing once, by what tells its descriptor from others. */
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

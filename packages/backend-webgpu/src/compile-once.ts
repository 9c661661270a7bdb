/**
 * Makes a device compile each shader once, and gives what makes it forget those that it has compiled. tfjs tells programs apart by more than their code,
 * among it which inputs happen to have the result's shape, and devices do not share pipelines whose layout comes from the shader.
 */
export function compileOnce(device: GPUDevice): () => void {
  const modules = once(device.createShaderModule.bind(device), ({ code }) => code);
  const pipelines = once(device.createComputePipeline.bind(device), ({ compute }) => compute.module);
  device.createShaderModule = modules.make;
  device.createComputePipeline = pipelines.make;
  return modules.forget;
}

/** Makes each thing once, by what tells its descriptor from others. */
function once<Descriptor, Key, Made>(make: (descriptor: Descriptor) => Made, keyOf: (descriptor: Descriptor) => Key) {
  const made = new Map<Key, Made>();
  return {
    make: (descriptor: Descriptor): Made => {
      const key = keyOf(descriptor);
      const known = made.get(key) ?? make(descriptor);
      made.set(key, known);
      return known;
    },
    forget: () => made.clear(),
  };
}

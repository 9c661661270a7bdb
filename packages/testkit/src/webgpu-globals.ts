import '../../cli/src/machine/webgpu-globals.ts';

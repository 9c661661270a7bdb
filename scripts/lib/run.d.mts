export const root: string;
export const tools: Record<'biome' | 'tsc' | 'turbo' | 'vitest', string>;
export const tool: (name: keyof typeof tools) => string;
export const runNode: (
  script: string,
  args: readonly string[],
  options?: {
    cwd?: string;
    env?: Record<string, string | undefined>;
    silentMinutes?: number;
    output?: (chunk: Buffer) => void;
    stdio?: import('node:child_process').StdioOptions;
  },
) => Promise<number>;

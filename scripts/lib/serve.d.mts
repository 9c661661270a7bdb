export const contentSecurityPolicy: string;
export function serve(options?: { port?: number }): Promise<{ address: string; close: () => void }>;

export function npmScript(): string | undefined;
export function ownEnvironment(): Record<string, undefined>;

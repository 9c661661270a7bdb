/** The token whose stream is shown; -1 for the last. */
export const settings = { depthToken: -1 };

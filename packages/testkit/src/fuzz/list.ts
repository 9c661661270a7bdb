/** Hands the targets of a bundled module to who imports the bundle. */
export const list = (targets: object): void => {
  (globalThis as { listed?: object }).listed = targets;
};

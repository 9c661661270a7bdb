/** The root of the repository, from this file and from the bundles in `dist`. */
export const repository = new URL('../../../', import.meta.url);

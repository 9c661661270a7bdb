/**
 * Nothing of ours needs a setting: these save time. What is minified behaves the same; a cache is for a second build,
 * and the traces are for copying a server elsewhere.
 */
export default {
  experimental: { turbopackFileSystemCacheForBuild: false, turbopackMinify: false },
  outputFileTracingExcludes: { '*': ['**/*'] },
  turbopack: {},
  webpack: config => {
    config.optimization.minimize = false;
    config.cache = false;
    return config;
  },
};
